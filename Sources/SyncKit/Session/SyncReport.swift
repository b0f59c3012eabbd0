/// What one sync did.
public struct SyncReport: Hashable, Sendable {
    /// Changes of others that altered something here.
    public var changesReceived = 0
    /// Segments that were pulled, own ones included.
    public var segmentsReceived = 0
    /// Segments that the server took.
    public var segmentsSent = 0
    /// Their bytes.
    public var bytesSent = 0
    /// Received segments that could not be applied and are kept for later.
    public var segmentsSetAside = 0
    /// Whether this copy of the library began anew, because another copy used its numbers.
    public var reincarnated = false
    /// What must be added to this device's clock to get server time.
    public var clockOffset = Duration.zero

    /// Nothing done yet.
    public init() {}
}
