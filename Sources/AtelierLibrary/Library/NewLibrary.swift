public import SignedObjects

/// What a library that is being made will be.
public struct NewLibrary: Sendable {
    /// Where it will lie.
    public let folder: LibraryFolder
    /// Its account.
    public let account: AccountID
    /// This device.
    public let device: DeviceID
    /// What the artist calls this device.
    public let deviceName: String
    /// What stands for the account; shown now or never.
    public let phrase: RecoveryPhrase
}
