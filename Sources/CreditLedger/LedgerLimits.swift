import SignedObjects

/// The bounds of this target.
package enum LedgerLimits {
    /// The most spends, and the most returns, in one contact.
    package static let itemsPerContact = 64
    /// The most bytes that are handed in with one contact; one entry always.
    package static let handInBytes = 96 * 1024
    /// The most entries of one kind that a reply may hold.
    package static let itemsPerReply = 1024
    /// The most orders in one reply; a device that is further behind asks again.
    package static let ordersPerReply = 64
    /// The most leases that ended without a spend which the server remembers for one account.
    package static let rememberedLeases = 256
    /// The most contradicting spends kept as proof for one lease.
    package static let contradictionsPerLease = 8
    /// The most forks of journals kept as proof for one account.
    package static let forksPerAccount = 64
    /// The most credits that one account can be given in all.
    package static let creditsPerAccount = 1000
    /// The most orders of one account.
    package static let ordersPerAccount = 10_000
    /// Of those that lift something, so many more.
    package static let liftingOrders = 16
    /// The highest number of a case that an order names.
    package static let caseNumbers = 1...NumberRange.count.upperBound
    /// The longest reason code of an order, in UTF-8 bytes.
    package static let reasonBytes = 64
    /// The longest words to the person in an order, in UTF-8 bytes.
    package static let textBytes = 2000
    /// The longest name of an engine, in UTF-8 bytes.
    package static let engineBytes = 64
    /// How far a device's clock may stand behind the highest server time it has seen.
    package static let clockTolerance = Duration.seconds(10 * 60)
    /// How far the server's time may step ahead of a device's own clock that it agreed with before.
    package static let clockStep = Duration.seconds(24 * 3600)
    /// The most entries in one spend journal.
    package static let journalEntries = 10_000
    /// The most resume bytes kept beside one journaled spend.
    package static let resumeBytes = 16 * 1024
    /// The largest journal file that is read, in bytes.
    package static let journalBytes = 64 * 1024 * 1024
}
