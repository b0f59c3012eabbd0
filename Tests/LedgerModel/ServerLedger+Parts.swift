package import CreditLedger
package import SignedObjects

extension ServerLedger {
    /// What becomes of this ledger where only the part that a contact needs is read and written.
    package func exchangingPart(
        _ contact: LedgerContact, policy: LedgerPolicy, now: UnixTime,
        _ exchange: (inout ServerLedger) throws -> LedgerAnswer
    ) throws -> (answer: LedgerAnswer, ledger: ServerLedger) {
        let part = view(LedgerNeeds(contact), policy: policy, now: now)
        var changed = part
        let answer = try exchange(&changed)
        return (answer, try merging(changed, over: part))
    }

    /// Writes what changed in a part back into this whole.
    package func merging(
        _ new: ServerLedger, over old: ServerLedger
    ) throws -> ServerLedger {
        let kept = Set(new.leases.map(\.lease.payload.lease))
        let changed = Dictionary(
            new.leases.map { ($0.lease.payload.lease, $0) }, uniquingKeysWith: { first, _ in first }
        )
        let known = Set(leases.map(\.lease.payload.lease))
        let gone = Set(old.leases.map(\.lease.payload.lease)).subtracting(kept)
        let merged =
            leases.filter { !gone.contains($0.lease.payload.lease) }
            .map { changed[$0.lease.payload.lease] ?? $0 }
            + new.leases.filter { !known.contains($0.lease.payload.lease) }
        let withholdings = standing.withholdings.subtracting(old.standing.withholdings)
            .union(new.standing.withholdings)
        let revocations = standing.revocations.merging(new.standing.revocations) { $1 }
        return try ServerLedger(
            account: account, credits: knownCredits.merging(new.knownCredits) { $1 },
            leases: merged, receipts: knownReceipts.merging(new.knownReceipts) { $1 },
            orders: knownOrders.merging(new.knownOrders) { $1 },
            forks: forks + new.forks.dropFirst(old.forks.count), totals: new.totals,
            standing: Standing(
                serial: new.standing.serial, suspension: new.standing.suspension,
                pause: new.standing.pause, revocations: revocations, withholdings: withholdings),
            clock: new.clock, wait: new.wait, baseSerial: new.baseSerial)
    }
}
