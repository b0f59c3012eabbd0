/// The bounds of the engine; each is checked where data comes in.
public enum Limits {
    /// The most columns of one synced table; column ids run from 1 to this.
    public static let columns = 60
    /// The most synced tables; table ids run from 1 to this.
    public static let tables = 249
    /// The highest table id that travels: that of the engine's own list of restored conflicts.
    public static let highestTableID = 250
    /// The most bytes all values of one row may have together.
    public static let rowBytes = 384 * 1024
    /// A segment is closed once its changes reach this many bytes before compression: with one more
    /// row of ``rowBytes`` it still fits in ``segmentBytes``, even if nothing compresses.
    public static let batchBytes = 600 * 1024
    /// A segment is closed once it speaks of this many rows.
    public static let batchRows = 16_384
    /// The most writes of the log that are held while it is compacted; where there are more, it is
    /// read again for the rest.
    public static let heldColumnWrites = 1 << 17
    /// The most cells of whole rows in one received batch.
    public static let batchCells = 1 << 21
    /// The most bytes that the texts and blobs of one received batch stand for.
    public static let expandedBytes = 64 * 1024 * 1024
    /// The largest sealed segment, in bytes.
    public static let segmentBytes = 1024 * 1024
    /// The largest decompressed payload of a segment, in bytes.
    public static let payloadBytes = 4 * 1024 * 1024
    /// How far ahead of the corrected clock a received change may be dated.
    public static let futureTolerance = Duration.seconds(5 * 60)
    /// How far ahead of server time own unsent changes may be dated before they are re-issued.
    public static let restampTolerance = Duration.seconds(5)
    /// The most bytes of one pulled page.
    public static let pageBytes = 16 * 1024 * 1024
    /// The most segments of one pulled page.
    public static let pageSegments = 256
    /// A transaction that merges received segments ends, after a whole group, once these have so
    /// many bytes.
    public static let mergedBytes = 64 * 1024
    /// The highest sequence of an account's order.
    public static let lastSequence: Int64 = 1 << 53
    /// The most bytes of the history hash of a sequence.
    public static let historyHashBytes = 32
    /// The most pages of one sync that hold nothing but segments which no device of the account
    /// sealed.
    public static let junkPages = 256
    /// The most steps of one session: far above any honest sync, so that no server can hold it.
    public static let sessionSteps = 1_000_000
    /// How often one session may rotate the replica id.
    public static let sessionReplicaIDRotations = 3
    /// How long values that lost against a concurrent write are kept, in days.
    public static let conflictDays = 30
    /// A snapshot is due when so many segments have come after the last.
    public static let snapshotTail = 1000
    /// How often loading begins again because a newer snapshot took the place of the one before.
    public static let snapshotAttempts = 8
    /// The most segments that are set aside; with these or more nothing is pulled.
    public static let quarantineSegments = 4096
    /// The most bytes that are set aside.
    public static let quarantineBytes = 64 * 1024 * 1024
    /// The most received values that wait because the tables refuse them; with more, the segment
    /// that brings the next one is set aside.
    public static let refusedChanges = 65_536
    /// How many of them are tried again at each sync.
    public static let refusedChangesRetried = 256
    /// The most stretches of missing segments that are noted.
    public static let missingRanges = 1024
    /// How long no second attempt is made to get missing segments by pulling everything again.
    public static let pullAgainPause = Duration.seconds(24 * 3600)
    /// The most replicas whose chains a snapshot's manifest names.
    public static let chains = 8192
    /// The most chunks of a snapshot or bundle.
    public static let chunks = 65_536
    /// The bytes of one chunk of a sealed file.
    public static let blobChunkBytes = 1024 * 1024
}
