import CreditLedger
import SignedObjects

extension LedgerModel {
    /// The first rule of the ledger that `action` broke on the way from `before` to here, if any.
    package func violation(after action: Action, from before: LedgerModel) throws -> String? {
        try violationInState() ?? violationOnTheWay(from: before, action)
            ?? violationOfContact(action, before)
    }

    private func violationInState() throws -> String? {
        let balance = server.balance
        if balance.free + balance.leased + balance.spent != balance.granted {
            return "I1: free + leased + spent is not what was granted"
        }
        let charged = server.receipts.map { [$0.payload.credit, $0.payload.epoch] }
        if Set(charged.map { $0[0] }).count != charged.count {
            return "I3: two receipts for one credit"
        }
        if charged.count > balance.granted { return "I4: more receipts than credits" }
        let epochs = server.leases.map { [$0.lease.payload.credit, $0.lease.payload.epoch] }
        if Set(epochs).count != epochs.count { return "I2: two leases of one credit and epoch" }
        for device in [0, 1] where isHonest(device) {
            let spends = wallets[device].spends.map(\.payload)
            if Set(spends.map(\.lease)).count != spends.count {
                return "I5: an honest device spent a lease twice"
            }
            let accused = server.leases.contains {
                $0.lease.payload.device == Self.device(device)
                    && $0.claim?.contradictions.isEmpty == false
            }
            if accused { return "I12: an honest device is accused" }
        }
        return try creditIsLost() ? "I11: a credit is lost for ever" : nil
    }

    private func creditIsLost() throws -> Bool {
        var later = server
        let far = now + Self.step * 100
        try later.reinstate(reason: "test", now: far, signer: Self.signer)
        let contact = LedgerContact(
            device: Self.device(0), spends: [], returns: [], wantedLeases: 0, orderSerial: 0)
        _ = try Self.exchange(contact, with: &later, now: far)
        return later.balance.leased > 0
    }

    private func violationOnTheWay(from before: LedgerModel, _ action: Action) -> String? {
        if before.isSuspended, isSuspended, server.receipts != before.server.receipts {
            return "I7: a receipt inside a suspension"
        }
        if !server.receipts.starts(with: before.server.receipts) {
            return "I3: a receipt was changed"
        }
        if !server.orders.starts(with: before.server.orders) { return "I8: an order was changed" }
        for device in [0, 1] where action != .restoreDatabase(device) {
            if wallets[device].orders.count < before.wallets[device].orders.count {
                return "I8: a device's order serial fell"
            }
            let unspent = Set(wallets[device].unspentLeases.map(\.payload.lease))
            if !unspent.isDisjoint(with: before.wallets[device].spends.map(\.payload.lease)) {
                return "I5: a spent lease is unspent again"
            }
        }
        for old in before.server.leases {
            guard let claim = old.claim else { continue }
            let new = server.leases.first { $0.lease == old.lease }?.claim
            if new?.spend != claim.spend { return "I9: the first spend of a lease was replaced" }
            if new?.contradictions.starts(with: claim.contradictions) != true {
                return "I9: a proof was replaced"
            }
            let isReserved =
                before.server.credits[old.lease.payload.credit].state
                == .leased(old.lease.payload.lease)
            let isReservedStill =
                server.credits[old.lease.payload.credit].state
                == .leased(old.lease.payload.lease)
            if isReserved, claim.outcome == .held, new?.outcome == .held, !isReservedStill {
                return "I10: the credit of a held spend was given away"
            }
            if isReserved, claim.outcome == .held, new?.outcome == .uncredited {
                return "I10: a spend that came in time and was held stays without a receipt"
            }
        }
        return nil
    }

    private func violationOfContact(_ action: Action, _ before: LedgerModel) throws -> String? {
        guard case .deliver(let device, let message) = action else { return nil }
        let contact = before.requests[device][message]
        var again = server
        let answer = try Self.exchange(contact, with: &again, now: now)
        if again != server { return "I6: a repeated request changed the ledger" }
        if replies[device].last != answer { return "I6: a repeated request got another answer" }
        guard isHonest(device), !isSuspended else { return nil }
        if server.heldCount > 0 { return "I10: a spend is held though nothing stands in its way" }
        for spend in contact.spends {
            let lease = server.leases.first { $0.lease.payload.lease == spend.payload.lease }
            guard let lease, now < lease.lease.payload.graceEnds else { continue }
            // Within its grace a lease ends by a return only. One that was returned and then spent,
            // from a backup that knew of no return, has no credit any more.
            let credit = before.server.credits[spend.payload.credit]
            let wasReturned = credit.state == .free || credit.epoch != spend.payload.epoch
            let isSettled = answer.receipts.contains { $0.payload.body == spend.payload.body }
            if !isSettled, !wasReturned { return "I10: a spend in time has no receipt" }
        }
        return nil
    }
}
