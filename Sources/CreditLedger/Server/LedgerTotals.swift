package import SignedObjects

/// The totals of a ledger, stored beside its rows so that no request has to read them all.
package struct LedgerTotals: Hashable, Sendable {
    /// Credits that no device holds.
    package var free = 0
    /// Credits that are lent.
    package var leased = 0
    /// Credits that are spent.
    package var spent = 0
    /// The index in the log of the next receipt.
    package var receipts = 0
    /// How many receipts before it are known.
    package var knownReceipts = 0
    /// Chained digest over the receipts so far; zero for none.
    package var receiptHead = Digest.zero
    /// Pairs of spends that are kept as proof of a forked journal.
    package var forks = 0
    /// Leases that ended without a spend and are remembered.
    package var idle = 0
    /// Leases whose spend came too late for a receipt.
    package var uncredited = 0

    /// Nothing.
    package init() {}

    /// Credits in all.
    package var granted: Int { free + leased + spent }

    /// Receipts that a later one proves to have been signed, and that no device has handed in.
    package var missingReceipts: Int { receipts - knownReceipts }

    /// Adds `amount` to the credits that are where `state` says.
    mutating func count(_ state: Credit.State, by amount: Int) {
        switch state {
        case .free: free += amount
        case .leased: leased += amount
        case .spent: spent += amount
        }
    }
}
