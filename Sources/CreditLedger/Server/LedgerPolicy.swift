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

    /// The usual policy: 2 credits, 30 days, 3 days of grace, 2 leases a device, 64 unused a day.
    public init(
        freeCredits: Int = 2, lease: Duration = .seconds(30 * 86_400),
        grace: Duration = .seconds(3 * 86_400), leasesPerDevice: Int = 2,
        unusedLeasesPerDay: Int = 64
    ) {
        self.freeCredits = freeCredits
        self.lease = lease
        self.grace = grace
        self.leasesPerDevice = leasesPerDevice
        self.unusedLeasesPerDay = min(unusedLeasesPerDay, LedgerLimits.rememberedLeases)
    }
}
