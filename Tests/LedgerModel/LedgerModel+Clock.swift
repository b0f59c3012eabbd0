import CreditLedger
import SignedObjects

// A server's clock that goes ahead, and what mends it.
extension LedgerModel {
    /// What may become of the server's clock, and its repair: it goes wrong once.
    var clockActions: [Action] {
        guard hasClocks else { return [] }
        if lead > 0 { return [.setServerClock(ahead: 0)] }
        guard wasAhead else { return Self.leads.map { .setServerClock(ahead: $0) } }
        return server.clock > now ? [.setTimeBack] : []
    }

    /// The right time, which the devices' own clocks tell.
    var rightTime: UnixTime { Self.start + Self.step * ticks }

    /// What a device takes for the server's time.
    func time(of device: Int) -> UnixTime {
        hasClocks ? rightTime + Self.step * corrections[device] : now
    }

    /// What a device's own clocks say; nil where nothing is known of them.
    var ownClocks: ClockReading? {
        guard hasClocks, mistake != .believesForEver else { return nil }
        let milliseconds = rightTime.milliseconds - Self.start.milliseconds
        return ClockReading(
            time: rightTime, boot: BootTime(boot: "model", milliseconds: milliseconds))
    }

    /// Every wallet knows what its device's clocks say.
    mutating func readClocks() {
        guard mistake != .countsNoTime else { return }
        for device in [0, 1] { wallets[device].present = ownClocks }
    }

    mutating func setTimeBack() {
        let before = server
        server.setTimeBack(to: now, policy: Self.policy)
        switch mistake {
        case .keepsDatesAhead:
            server = rebuilt(leases: before.leases)
        case .freesWhenSetBack:
            let ahead = Set(before.currentLeases.filter { $0.issued > now }.map(\.lease))
            server = rebuilt { credit in
                guard case .leased(let lease) = credit.state, ahead.contains(lease) else { return }
                credit.state = .free
            }
        default: break
        }
    }

    /// The ledger with other leases or credits, for a mistake.
    func rebuilt(
        leases: [LeaseRecord]? = nil, changing change: (inout Credit) -> Void = { _ in }
    ) -> ServerLedger {
        var credits = server.knownCredits
        for (index, credit) in credits {
            var changed = credit
            change(&changed)
            credits[index] = changed
        }
        var totals = server.totals
        let free = credits.values.count { $0.state == .free }
        totals.leased -= free - totals.free
        totals.free = free
        let changed = try? ServerLedger(
            account: server.account, credits: credits, leases: leases ?? server.leases,
            receipts: server.knownReceipts, orders: server.knownOrders, forks: server.forks,
            totals: totals, standing: server.standing, clock: server.clock, wait: server.wait,
            baseSerial: server.baseSerial)
        return changed ?? server
    }

    /// Notes where a clock that is ahead ended a lease that by right goes on: then one credit may
    /// be lent twice, and a spend may come too late. That is why such a clock is refused.
    mutating func noteEarlyEnds(_ contact: LedgerContact, _ before: ServerLedger) {
        guard hasClocks, lead > 0 || server.clock > rightTime else { return }
        let returned = Set(contact.returns.map(\.payload.lease))
        let current = Set(server.currentLeases.map(\.lease))
        let ended = before.currentLeases.contains { lease in
            !current.contains(lease.lease) && !returned.contains(lease.lease)
                && !server.leases.contains { $0.lease.payload == lease && $0.claim != nil }
        }
        if ended { hasEndedEarly = true }
    }

    /// The first rule about clocks that is broken, if any.
    func violationOfClocks(after action: Action, from before: LedgerModel) -> String? {
        guard hasClocks else { return nil }
        if action == .setTimeBack {
            if server.balance != before.server.balance {
                return "I2: setting the time back moved a credit"
            }
            if server.clock != now { return "I13: the ledger's time was not set back" }
        }
        if case .contact(let device) = action, lead == 0, server.clock <= now,
            let time = wallets[device].serverTime, time > now
        {
            return "I13: a device is locked out by a time that was taken back"
        }
        return nil
    }
}
