import CreditLedger

/// The account's credits. Its JSON form is what `credits --json` prints.
public struct CreditsReport: Codable, Equatable, Sendable {
    /// Given to the account in all.
    public let granted: Int
    /// Held by no device.
    public let free: Int
    /// Usable on this device now.
    public let usable: Int
    /// When the first of the usable ones must be renewed; left out where there is none.
    public let usableUntil: Moment?
    /// Lent to other devices.
    public let leasedElsewhere: Int
    /// Spent in all.
    public let spent: Int
    /// Spent on this device.
    public let spentHere: Int
    /// Of those, countersigned.
    public let settled: Int
    /// Of those, held by the server until a suspension or pause is lifted.
    public let held: Int
    /// Of those, refused for ever.
    public let refused: Int
    /// Server time of the last contact; left out before the first.
    public internal(set) var asOf: Moment?
    /// True where a generation is possible now.
    public let canGenerate: Bool
    /// Why none is possible; empty where one is.
    public let whyNot: String

    init(_ summary: CreditsSummary, whyNot: String) {
        granted = summary.granted
        free = summary.free
        usable = summary.usable
        usableUntil = summary.usableUntil.map { Moment($0) }
        leasedElsewhere = summary.leasedElsewhere
        spent = summary.spent
        spentHere = summary.spentHere
        settled = summary.settled
        held = summary.held
        refused = summary.refused
        asOf = summary.asOf.map { Moment($0) }
        canGenerate = whyNot.isEmpty
        self.whyNot = CheckedText.shown(whyNot)
    }
}

extension Wallet {
    /// The account's credits and whether this device may generate now; offline.
    public func report() throws -> CreditsReport {
        let membership = context.membership
        let whyNot: String
        if membership.server == nil {
            let error = membership.request == nil ? LibraryError.notJoined : context.waiting
            whyNot = error.description
        } else if membership.waitsForOperator == true {
            whyNot = context.operatorWaiting.description
        } else if membership.isRevoked == true {
            whyNot = LibraryError.revoked.description
        } else {
            whyNot = try refusal()?.description ?? ""
        }
        return CreditsReport(try credits(), whyNot: whyNot)
    }
}
