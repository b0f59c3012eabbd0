public import SignedObjects

/// What a backup holds.
public struct BackupSummary: Codable, Sendable {
    /// Where it is.
    public let path: String
    /// How large it is.
    public let bytes: Int
    /// When it was made.
    public let taken: UnixTime
    /// How many accounts are in it.
    public let accounts: Int
    /// How many segments were ever stored; 0 in PostgreSQL, which does not count them.
    public let segments: Int64
    /// The epoch at that time.
    public let epoch: Int
    /// Whether the server's key is in it, or beside it.
    public let hasKey: Bool
}
