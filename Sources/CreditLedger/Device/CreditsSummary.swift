public import SignedObjects

/// The account's credits as this device knows them.
public struct CreditsSummary: Codable, Sendable, Equatable {
    /// Credits ever granted to the account, as of the last contact.
    public var granted = 0
    /// Credits that no device holds, as of the last contact.
    public var free = 0
    /// Credits leased to other devices, as of the last contact.
    public var leasedElsewhere = 0
    /// Spent: countersigned ones of the whole account, and those in this device's journal since.
    public var spent = 0
    /// Unspent and usable here now.
    public var usable = 0
    /// When the first of the usable ones ends; nil where there is none.
    public var usableUntil: UnixTime?
    /// Spends in this device's journal.
    public var spentHere = 0
    /// Of those, countersigned.
    public var settled = 0
    /// Of those, held by the server until a suspension or pause is lifted.
    public var held = 0
    /// Of those, refused for ever: the images stay without a receipt.
    public var refused = 0
    /// When the server lends credits again, where this account let too many go unused; else nil.
    public var lendsFrom: UnixTime?
    /// After the server was restored: how many other devices have to sync before it lends and
    /// signs again; nil where it waits for none.
    public var waitsFor: Int?
    /// When it waits for nobody any longer.
    public var waitsUntil: UnixTime?
    /// Server time of the last contact; nil before the first.
    public var asOf: UnixTime?

    /// No contact yet.
    public init() {}
}
