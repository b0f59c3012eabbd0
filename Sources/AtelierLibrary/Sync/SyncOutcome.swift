/// What a sync did. Its JSON form is what `sync --json` prints.
public struct SyncOutcome: Codable, Equatable, Sendable {
    /// Rows whose changes the server has now.
    public var sent = 0
    /// Changes of other devices that altered something here.
    public var received = 0
    /// Generations that got their receipt.
    public var settled = 0
    /// Generations that got none, for good: the credit was another's by then.
    public var refused = 0
    /// Rows whose changes wait; those of a suspended account do.
    public var pending = 0
    /// Received segments that could not be applied and are kept for later.
    public var setAside = 0
    /// Library keys that this device was not given yet, by epoch: until another device of the
    /// account has synced, what they sealed cannot be read here, and own changes may wait.
    public var missingKeys: [Int] = []
    /// What does not fit together, as long as it does not.
    public var doubts: [SyncDoubt] = []
    /// How the account stands.
    public var standing: StandingReport
    /// The credits after it.
    public var credits: CreditsReport
}
