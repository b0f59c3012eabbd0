/// What one sync did, and how much of its present step remains.
public struct SyncReport: Hashable, Sendable {
    /// Changes of others that altered something here.
    public var changesReceived = 0
    /// Values that lost against a write which did not know of them, and are listed since; see
    /// ``SyncStore/conflicts(limit:)``.
    public var conflictsFound = 0
    /// Segments that were pulled, own ones included.
    public var segmentsReceived = 0
    /// Segments that the server accepted.
    public var segmentsSent = 0
    /// Their bytes.
    public var bytesSent = 0
    /// Received segments that could not be applied and are kept for later.
    public var segmentsSetAside = 0
    /// Received values that this program's tables refuse, and that wait for another schema; see
    /// ``SyncStore/refusedChanges(limit:)``.
    public var changesRefused = 0
    /// Received segments that were discarded: no device of the account sealed them, or they were
    /// received before.
    public var segmentsDropped = 0
    /// What is missing or differs, in this sync or since earlier ones.
    public var faults = SyncFaults()
    /// Rows of this device that had no clock, as after a program wrote with triggers disabled: they
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
    /// Why a snapshot could not be loaded or sent; nil where none was needed, or none failed.
    public var snapshotFailure: SnapshotFailure?
    /// The sequence of the account's order up to which everything is applied here.
    public var cursor = ServerSequence.none
    /// The sequence of the account's last segment in the server's last answer: ``head`` less
    /// ``cursor`` segments remain to be received.
    public var head = ServerSequence.none
    /// Sealed segments that remain to be sent.
    public var segmentsUnsent = 0
    /// Chunks that remain of the snapshot that is being loaded or sent.
    public var chunksLeft = 0
    /// Whether the server refused to accept anything because the account may not write now.
    public var isWritingRefused = false
    /// What must be added to this device's clock to get server time.
    public var clockOffset = Duration.zero

    /// Nothing done yet.
    public init() {}
}

/// Why a snapshot could not be loaded, or was refused by the server.
///
/// The rest of the sync goes on: changes of this device are sent, and the next sync tries again.
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
