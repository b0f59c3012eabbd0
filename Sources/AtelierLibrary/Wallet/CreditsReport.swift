import CreditLedger

/// The account's credits. Its JSON form is what `credits --json` prints.
public struct CreditsReport: Codable, Equatable, Sendable {
    /// Credits granted to the account in all.
    public let granted: Int
    /// Leased to no device.
    public let free: Int
    /// Leased to this device and usable now.
    public let usable: Int
    /// When the first lease of these ends; left out where there is none.
    public let usableUntil: Moment?
    /// Leased to other devices.
    public let leasedElsewhere: Int
    /// Spent in all.
    public let spent: Int
    /// Spent on this device.
    public let spentHere: Int
    /// Of those spent here, countersigned.
    public let settled: Int
    /// Of those spent here, held by the server until a suspension or pause ends.
    public let held: Int
    /// Of those spent here, refused for good.
    public let refused: Int
    /// Server time of the last contact; left out before the first.
    public internal(set) var asOf: Moment?
    /// Whether a generation is possible now.
    public let canGenerate: Bool
    /// Why no generation is possible; empty where one is.
    public let whyNot: String

    /// What may help; left out where a generation is possible or the reason says all.
    public let nextStep: NextStep?

    init(_ summary: CreditsSummary, obstacle: Failure?) {
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
        canGenerate = obstacle == nil
        whyNot = CheckedText.shown(obstacle?.text ?? "")
        nextStep = obstacle?.nextStep
    }
}

extension Wallet {
    /// The account's credits and whether this device may generate now; offline.
    public func report() throws -> CreditsReport {
        let membership = context.membership
        let obstacle: (any Error)? =
            if membership.server == nil {
                membership.request == nil ? AccountError.notJoined : context.waiting
            } else if membership.waitsForOperator == true {
                context.operatorWaiting
            } else if membership.isRevoked == true {
                AccountError.revoked
            } else {
                try refusal()
            }
        return CreditsReport(try credits(), obstacle: obstacle.map(Failure.init))
    }
}
