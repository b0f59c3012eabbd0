public import SignedObjects

/// A device of the account. Its JSON form is what `devices list --json` prints.
public struct KnownDevice: Codable, Equatable, Sendable {
    /// Names it.
    public let id: DeviceID
    /// What the artist calls it.
    public let name: String
    /// When it was let in.
    public let certifiedAt: Moment
    /// When the server last heard from it.
    public let lastSeenAt: Moment
    /// True for this device.
    public let isThis: Bool
    /// True for a device that was put out.
    public let isRevoked: Bool
}
