/// What an operator may set about credits.
public struct LedgerPolicy: Sendable, Equatable {
    /// Credits that a new account gets.
    public var freeCredits: Int
    /// How long a lease lasts.
    public var lease: Duration
    /// How long after a lease's end a spend made before it is still countersigned as of right.
    public var grace: Duration
    /// The most unspent leases that one device holds.
    public var leasesPerDevice: Int

    /// The usual policy: 2 credits, 30 days, 3 days of grace, 2 leases a device.
    public init(
        freeCredits: Int = 2, lease: Duration = .seconds(30 * 86_400),
        grace: Duration = .seconds(3 * 86_400), leasesPerDevice: Int = 2
    ) {
        self.freeCredits = freeCredits
        self.lease = lease
        self.grace = grace
        self.leasesPerDevice = leasesPerDevice
    }
}
