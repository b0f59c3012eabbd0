/// What a backup holds. Its JSON form is what `backup --json` and `restore --json` print.
public struct BackupReport: Codable, Equatable, Sendable {
    /// The backup file.
    public let file: String
    /// How many files it holds.
    public let files: Int
    /// Their bytes.
    public let bytes: Int
}
