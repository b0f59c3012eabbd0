public import SignedObjects

/// The operator's settings for credits.
public struct LedgerPolicy: Sendable, Equatable {
    /// Credits that a new account gets.
    public var freeCredits: Int
    /// How long a lease lasts.
    public var lease: Duration
    /// How long after a lease's end a spend made before it is still countersigned as of right.
    public var grace: Duration
    /// The most unspent leases that one device holds.
    public var leasesPerDevice: Int
    /// Leases that one account may let end unused, of those lent in 24 hours, before it has to
    /// wait: a device that borrows and returns all day makes work for nothing.
    public var unusedLeasesPerDay: Int
    /// Whether a spend gets its receipt only once its model and the works of it are registered.
    public var requiresRegistration: Bool

    /// The usual policy: 2 credits, 30 days, 3 days of grace, 2 leases a device, 64 unused a day,
    /// and receipts for registered models alone.
    public init(
        freeCredits: Int = 2, lease: Duration = .seconds(30 * 86_400),
        grace: Duration = .seconds(3 * 86_400), leasesPerDevice: Int = 2,
        unusedLeasesPerDay: Int = 64, requiresRegistration: Bool = true
    ) {
        self.freeCredits = freeCredits
        self.lease = lease
        self.grace = grace
        self.leasesPerDevice = leasesPerDevice
        self.requiresRegistration = requiresRegistration
        self.unusedLeasesPerDay = min(unusedLeasesPerDay, LedgerLimits.rememberedLeases)
    }
}

/// Signs leases, receipts and orders, inside the transaction that issues them.
public struct LedgerSigner: Sendable {
    let lease: @Sendable (Lease) throws(JWSError) -> JWS<Lease>
    let receipt: @Sendable (Receipt) throws(JWSError) -> JWS<Receipt>
    let order: @Sendable (Order) throws(JWSError) -> JWS<Order>

    /// Signs with the server's key.
    public init(key: SigningKey) {
        lease = { payload throws(JWSError) in try JWS(signing: payload, with: key) }
        receipt = { payload throws(JWSError) in try JWS(signing: payload, with: key) }
        order = { payload throws(JWSError) in try JWS(signing: payload, with: key) }
    }

    /// Signs by the given functions: a search over many states has no time for signatures.
    package init(
        lease: @escaping @Sendable (Lease) throws(JWSError) -> JWS<Lease>,
        receipt: @escaping @Sendable (Receipt) throws(JWSError) -> JWS<Receipt>,
        order: @escaping @Sendable (Order) throws(JWSError) -> JWS<Order>
    ) {
        self.lease = lease
        self.receipt = receipt
        self.order = order
    }
}

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
