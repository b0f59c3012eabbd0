/// What one sync did, and what is left of its present step.
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
    /// Received segments that nobody who holds the library's keys sealed, or that the server gave
    /// once more: they were thrown away.
    public var segmentsDropped = 0
    /// What is missing or differs, in this exchange or since earlier ones.
    public var faults = SyncFaults()
    /// Rows of this device that had no clock, as after a program wrote with its triggers off: they
    /// count as written now, and are sent.
    public var rowsDated = 0
    /// Whether this copy of the library rotated its replica id, because another copy used it.
    public var rotatedReplicaID = false
    /// Whether the server had lost some or all of its data, and was sent everything again.
    public var serverRestored = false
    /// Whether another device's state differed from this one's after the same changes; all changes
    /// were then pulled and merged again.
    public var repaired = false
    /// Chunks of a snapshot that were loaded in place of the segments they stand for.
    public var chunksReceived = 0
    /// Chunks of a snapshot that this device made for the others.
    public var chunksSent = 0
    /// What was wrong with a snapshot; nil where none was needed, or all was well.
    public var snapshotFailure: SnapshotFailure?
    /// the sequence of the account's order up to which everything is applied here.
    public var cursor = ServerSequence.none
    /// the sequence of the account's last segment when the server last spoke: ``head`` less
    /// ``cursor`` segments are left to receive.
    public var head = ServerSequence.none
    /// Sealed segments that are left to send.
    public var segmentsUnsent = 0
    /// Chunks that are left of the snapshot that is being loaded or sent.
    public var chunksLeft = 0
    /// Whether the server took nothing because the account may not write now.
    public var isWritingRefused = false
    /// What must be added to this device's clock to get server time.
    public var clockOffset = Duration.zero

    /// Nothing done yet.
    public init() {}
}

/// Why a snapshot could not be loaded, or was not taken by the server.
///
/// The rest of the exchange goes on: changes of this device are sent all the same, and the next
/// exchange tries again.
public enum SnapshotFailure: Hashable, Sendable, CustomStringConvertible {
    /// The server no longer has the segments after the cursor, and its snapshot of them cannot be
    /// used: nothing more is received until it has another one, or a key has come.
    case notLoaded(reason: String)
    /// The server refused the snapshot that this device made; other devices may make one.
    case notTaken(reason: String)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .notLoaded(let reason):
            "Changes of other devices cannot be received: the server has only a snapshot of them, "
                + "and that cannot be used. \(reason) The changes of this device were sent."
        case .notTaken(let reason):
            "The server did not take the snapshot that this device made for the others. \(reason) "
                + "Nothing is lost; the next sync tries again."
        }
    }
}
