import CreditLedger
import SignedObjects

extension LedgerModel {
    /// The first rule of the ledger that `action` broke on the way from `before` to here, if any.
    package func violation(after action: Action, from before: LedgerModel) throws -> String? {
        try violationInState() ?? violationOnTheWay(from: before, action)
            ?? violationOfContact(action, before) ?? violationOfClocks(after: action, from: before)
            ?? violationOfRights(after: action, from: before)
    }

    private func violationInState() throws -> String? {
        if partDiffers { return "a part of the ledger decided otherwise than the whole" }
        let balance = server.balance
        if balance.free + balance.leased + balance.spent != balance.granted {
            return "I1: free + leased + spent is not what was granted"
        }
        let charged = server.receipts.map { [$0.payload.credit, $0.payload.epoch] }
        if Set(charged.map { $0[0] }).count != charged.count {
            return "I3: two receipts for one credit"
        }
        if charged.count > balance.granted { return "I4: more receipts than credits" }
        if let broken = violationOfLeases() { return broken }
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
            if server.forks.contains(where: { $0.second.payload.device == Self.device(device) }) {
                return "I12: the journal of an honest device counts as forked"
            }
        }
        return try violationOfReceipts() ?? violationOfProof() ?? violationOfBooks()
    }

    /// I2: one lease of a credit and epoch, and one device that may use the credit.
    ///
    /// A device that was revoked while a restored server waited for it is excused, and no other: it
    /// need not hand in its leases any more, so the server may lend the same epoch again. What it
    /// holds gets no receipt, as it is revoked.
    ///
    /// A clock that is ahead frees credits before honest devices have stopped using them; that is
    /// what a start with such a clock is refused for. Until it does, and after that was mended, one
    /// device alone may use a credit.
    private func violationOfLeases() -> String? {
        let leases = server.leases.map(\.lease.payload).filter { lease in
            !excused.contains { Self.device($0) == lease.device }
        }
        if Set(leases.map { [$0.credit, $0.epoch] }).count != leases.count {
            return "I2: two leases of one credit and epoch"
        }
        guard loot == nil, !hasEndedEarly else { return nil }
        let usable = [0, 1].filter { !excused.contains($0) }.flatMap { device in
            wallets[device].usableLeases(now: time(of: device)).map(\.payload.credit)
        }
        if Set(usable).count != usable.count { return "I2: two devices may use one credit" }
        return nil
    }

    /// I3 and I4 for whoever holds the receipts: those that a restored server signed before count
    /// as well.
    ///
    /// Not those of a device that was revoked while the server waited for it: nobody has to hand
    /// them in, so the server cannot know of them.
    private func violationOfReceipts() -> String? {
        guard loot == nil else { return nil }
        let held =
            [0, 1].filter { !excused.contains($0) }
            .flatMap { wallets[$0].receiptsBySpend.values } + server.receipts
        let bySpend = Dictionary(
            held.map { ($0.payload.spend, $0.payload.credit) }, uniquingKeysWith: { $1 })
        if bySpend.count > server.totals.granted { return "I4: more receipts than credits" }
        if Set(bySpend.values).count != bySpend.count { return "I3: two receipts for one credit" }
        return nil
    }

    /// Two spends at one place of a journal, on different leases, are proof.
    private func violationOfProof() -> String? {
        let claims = server.leases.compactMap(\.claim?.spend)
        for (place, spend) in claims.enumerated() {
            for other in claims[..<place] {
                let (one, two) = (spend.payload, other.payload)
                guard one.device == two.device, one.journal == two.journal,
                    one.number == two.number
                else { continue }
                let isKept = server.forks.contains { $0.second == spend || $0.second == other }
                if !isKept { return "I9: a forked journal left no proof" }
            }
        }
        return nil
    }

    private func violationOfBooks() throws -> String? {
        for record in server.leases where record.claim == nil {
            // A free credit of the same epoch has ended; one that is lent names one lease.
            let credit = server.credits[record.lease.payload.credit]
            if credit.epoch < record.lease.payload.epoch { return "I2: an epoch fell" }
        }
        return try creditIsLost() ? "I11: a credit is lost for ever" : nil
    }

    /// Whether a credit is still lent when every lease that is lent now has ended by its terms: as
    /// long after the present as a lease and its grace last.
    private func creditIsLost() throws -> Bool {
        var later = server
        let far = ledgerTime + Self.policy.lease + Self.policy.grace
        try later.reinstate(reason: "test", now: far, signer: Self.signer)
        try later.resume(reason: "test", now: far, signer: Self.signer)
        let contact = LedgerContact(
            device: Self.device(0), spends: [], returns: [], wantedLeases: 0, orderSerial: 0)
        for withholding in later.standing.withholdings {
            try later.release(withholding, reason: "test", now: far, signer: Self.signer)
        }
        later.beginEpoch(waitingFor: [], until: far)
        _ = try Self.exchange(contact, Self.readyModels, epoch, with: &later, now: far)
        return later.balance.leased > 0
    }

    /// Whether a receipt is new: none that a device has handed in.
    private func hasSigned(since before: LedgerModel) -> Bool {
        !newReceipts(since: before).isEmpty
    }

    /// The receipts that no device has handed in and that the server did not have.
    func newReceipts(since before: LedgerModel) -> [JWS<Receipt>] {
        let held = Set(before.wallets.flatMap { $0.receiptsBySpend.values })
            .union(before.server.receipts)
            .union(before.requests.joined().flatMap { $0.handedIn?.receipts ?? [] })
        return server.receipts.filter { !held.contains($0) }
    }

    private func violationOnTheWay(from before: LedgerModel, _ action: Action) -> String? {
        // The server may be older now; what devices hold is checked all the same.
        if action == .restoreServer { return nil }
        if before.isSuspended, isSuspended, hasSigned(since: before) {
            return "I7: a receipt inside a suspension"
        }
        if before.isPaused, isPaused, hasSigned(since: before) {
            return "I7: a receipt inside a pause"
        }
        if !server.forks.starts(with: before.server.forks) { return "I9: a proof was replaced" }
        if before.server.knownReceipts.contains(where: { server.knownReceipts[$0] != $1 }) {
            return "I3: a receipt was changed"
        }
        if !server.orders.starts(with: before.server.orders) { return "I8: an order was changed" }
        for device in [0, 1] {
            let unspent = Set(wallets[device].unspentLeases.map(\.payload.lease))
            let returned = before.journaledReturns[device].map(\.payload.lease)
            if !unspent.isDisjoint(with: returned) {
                return "I5: a returned lease is unspent again"
            }
            if action == .restoreDatabase(device) { continue }
            // I8: a device's orders stay. A restored server may have given other orders the places
            // of those that it lost; so those alone may go that were not yet found to be its own.
            let confirmed = before.wallets[device].confirmedOrderCount(in: epoch)
            let orders = before.wallets[device].orders.prefix(confirmed)
            if !wallets[device].orders.starts(with: orders) {
                return "I8: an order was taken from a device"
            }
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
            // I10: what was held with its credit reserved keeps it. What a revoked device spent
            // waits for nothing; its credit comes back.
            if server.standing.isRevoked(old.lease.payload.device) { continue }
            // What a device hands in with this very contact may tell that the lease had ended, or
            // that its credit was spent, before the server was restored.
            if before.server.wait != nil, handsIn(action, before) { continue }
            if isReserved, claim.outcome == .held, new?.outcome == .held, !isReservedStill {
                return "I10: the credit of a held spend was given away"
            }
            if isReserved, claim.outcome == .held, new?.outcome == .uncredited {
                return "I10: a spend that came in time and was held stays without a receipt"
            }
        }
        return nil
    }

    /// Whether the contact that arrived by `action` brought leases or receipts.
    private func handsIn(_ action: Action, _ before: LedgerModel) -> Bool {
        let contact: LedgerContact? =
            switch action {
            case .contact(let device): requests[device].last
            case .deliver(let device, let message): before.requests[device][message]
            default: nil
            }
        return contact?.handedIn.map { !$0.leases.isEmpty || !$0.receipts.isEmpty } ?? false
    }

    /// I8: a suspension that a device knows of is not forgotten when it has handed in all.
    ///
    /// Where the restored server's people have suspended and lifted since, they have decided. A
    /// device that was revoked while the server waited for it is excused: its orders are not taken.
    private func violationOfSuspension(_ device: Int, _ before: LedgerModel) -> String? {
        let lifted = server.orders.contains { order in
            order.payload.kind == .reinstate && order.payload.serial > server.baseSerial
                && !before.wallets[device].orders.contains(order)
        }
        guard !excused.contains(device), wallets[device].hasMet(epoch),
            before.wallets[device].standing.suspension(at: ledgerTime) != nil, !lifted,
            wallets[device].confirmedOrderCount(in: epoch) == server.orders.count
        else { return nil }
        return server.standing.suspension(at: ledgerTime) == nil
            ? "I8: a suspension was forgotten" : nil
    }

    private func violationOfContact(_ action: Action, _ before: LedgerModel) throws -> String? {
        if case .contact(let device) = action, isHonest(device), !hasRefused,
            wallets[device].hasHandedIn,
            wallets[device].orders != server.orders
        {
            return "I8: a device and the server do not agree about the orders"
        }
        if case .contact(let device) = action, isHonest(device), epoch > 1,
            let broken = violationOfSuspension(device, before)
        {
            return broken
        }
        guard case .deliver(let device, let message) = action else { return nil }
        let contact = before.requests[device][message]
        var again = server
        let mistaken = contact.mistaken(mistake, epoch)
        let answer = try Self.exchange(
            mistaken, models(for: mistaken), epoch, with: &again, now: now)
        if again != server { return "I6: a repeated request changed the ledger" }
        if replies[device].last != answer { return "I6: a repeated request got another answer" }
        if let broken = violationOfReasons(in: answer, to: contact) { return broken }
        // I10: while the account or its device is stopped, or a restored server waits for devices,
        // no
        // spend gets its receipt; it is held, and no lease is lost by it (see on the way).
        guard isHonest(device), !isSuspended, !isPaused, !isRevoked(device), server.wait == nil,
            answer.lacks == nil
        else { return nil }
        let isHeldForNothing = server.leases.contains { record in
            let owner = record.lease.payload.device
            return record.claim?.outcome == .held && !server.standing.isRevoked(owner)
                && [0, 1].contains { Self.device($0) == owner && isReady($0) }
        }
        if isHeldForNothing { return "I10: a spend is held though nothing stands in its way" }
        let isUnknown = answer.refused.contains { $0.reason == .unknownLease }
        // A device that lost its database cannot hand in a lease that the restored server lost.
        let isLost = forgetful.contains(device) && epoch > 1
        if isUnknown, !isLost { return "I10: a lease that was issued is unknown" }
        guard isReady(device) else { return nil }
        for spend in contact.spends {
            let lease = server.leases.first { $0.lease.payload.lease == spend.payload.lease }
            guard let lease, server.clock < lease.graceEnds, !hasEndedEarly else { continue }
            // Within its grace a lease ends by a return only, which its device remembers.
            let isSettled = answer.receipts.contains { $0.payload.body == spend.payload.body }
            // A message from before the device lost its database may come late: where the server
            // lent the credit again meanwhile, as the device had said that it holds nothing.
            let isKept =
                server.credits[lease.lease.payload.credit].state
                == .leased(lease.lease.payload.lease)
            if !isSettled, isKept || !isLost { return "I10: a spend in time has no receipt" }
        }
        return nil
    }
}
