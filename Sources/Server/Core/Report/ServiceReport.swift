public import SignedObjects

/// What was done on a server in a time: for whoever asks how it is run. Nobody is named in it.
public struct ServiceReport: Codable, Sendable, Equatable {
    /// From this moment on.
    public let from: UnixTime
    /// Up to this moment, without it.
    public let to: UnixTime
    /// Accounts that were opened or asked for, by what they are now: `open`, `pending`, `refused`,
    /// `purged`.
    public let accounts: [String: Int]
    /// Suspensions by reason code.
    public let suspensions: [String: Int]
    /// Suspensions that were lifted.
    public let reinstatements: Int
    /// Accounts that stood suspended at the end.
    public let suspendedAtEnd: Int
    /// Credits that were given beyond the free ones.
    public let creditsGranted: Int
    /// Generations that were countersigned.
    public let receipts: Int
    /// Times that the service was paused.
    public let pauses: Int
    /// Cases that were opened, by kind.
    public let cases: [String: Int]
    /// Cases that were closed.
    public let casesClosed: Int
    /// Accounts that were purged.
    public let purges: Int
}
