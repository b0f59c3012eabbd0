/// The connection to a server, or to anything that stores segments in its place.
///
/// Every call may be repeated; none depends on another.
public protocol Transport: Sendable {
    /// Sends one segment; the same segment again gets the same answer.
    ///
    /// - Throws: ``ForkedChain`` where the server holds another segment of this one's number, or
    ///   does not hold the one before it; ``WritingRefused`` where the account may only read now.
    func push(_ segment: SealedSegment) async throws -> PushAcknowledgement

    /// Requests segments, and tells the server what this device has merged.
    func pull(_ request: PullRequest) async throws -> PulledPage

    /// Sends one chunk of a snapshot; the snapshot is complete once all its chunks were sent.
    ///
    /// - Throws: ``WritingRefused`` where the account may only read now; ``SnapshotRefused`` where
    ///   the server refuses the chunk for good.
    func push(_ chunk: SnapshotChunk) async throws

    /// The newest complete snapshot, or nil where there is none.
    func newestSnapshot() async throws -> SnapshotManifest?

    /// One chunk of a snapshot: a sealed segment's bytes.
    ///
    /// - Throws: ``SnapshotGone`` where a newer snapshot has replaced it.
    func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8]

    /// Waits until the server has segments after `sequence`, and returns true then; at once where
    /// it has them already. False where this transport cannot wait: whoever asked then looks from
    /// time to time.
    ///
    /// - Throws: What the transport throws where the server is lost; `CancellationError` where the
    ///   task is cancelled.
    func waitForNews(after sequence: ServerSequence) async throws -> Bool
}

extension Transport {
    /// This transport cannot wait.
    public func waitForNews(after sequence: ServerSequence) async throws -> Bool { false }
}

/// The server holds another segment of this replica at this number: the database was copied, or it
/// or the server was restored from a backup. The engine goes on as a new replica; nothing is lost.
public struct ForkedChain: Error, Equatable, CustomStringConvertible {
    /// An error without any details.
    public init() {}

    /// What happened.
    public var description: String {
        "Another copy of this library already sent changes under this copy's name."
    }
}

/// The account may read and not write now, as while it is suspended. Changes wait on the device,
/// and the sync only receives.
public struct WritingRefused: Error, Equatable, CustomStringConvertible {
    /// An error without any details.
    public init() {}

    /// What happened.
    public var description: String {
        "The server accepts no changes of this account now. They wait on this device."
    }
}

/// The server refuses a chunk of a snapshot for good: the snapshot is abandoned, and the sync
/// continues without it.
public struct SnapshotRefused: Error, Equatable, CustomStringConvertible {
    /// The server's reason, a whole sentence.
    public let reason: String

    /// A refusal with the server's reason, a whole sentence.
    public init(reason: String) {
        self.reason = reason
    }

    /// What happened.
    public var description: String { "The server refused a snapshot. \(reason)" }
}

/// The snapshot that was being loaded was deleted; load the newest one.
public struct SnapshotGone: Error, Equatable, CustomStringConvertible {
    /// An error without any details.
    public init() {}

    /// What happened.
    public var description: String { "A newer snapshot has replaced this one." }
}

/// The state of a server, which comes with every answer.
public struct ServerState: Hashable, Sendable {
    /// Server time, in milliseconds since 1970 UTC.
    public var milliseconds: Int64
    /// Changes when the server was wiped or restored from a backup.
    public var epoch: Int
    /// The sequence of the account's last segment.
    public var head: ServerSequence
    /// Segments up to this sequence were deleted: a snapshot holds their changes. 0 for none.
    public var floor: ServerSequence
    /// Every active device has merged everything up to this sequence: the lowest of the highest
    /// ``PullRequest/mergedSequence`` of each.
    public var horizon: ServerSequence
    /// Whether the account may push now. Where it may not, nothing is sealed: what waits would have
    /// to be sealed anew after the next pull.
    public var acceptsWrites: Bool

    /// The state that a transport read from an answer, with `0 ≤ floor ≤ head`,
    /// `0 ≤ horizon ≤ head` and `epoch ≥ 1`. A ``Synchronizer`` refuses any other.
    public init(
        milliseconds: Int64, epoch: Int, head: ServerSequence, floor: ServerSequence,
        horizon: ServerSequence, acceptsWrites: Bool = true
    ) {
        self.acceptsWrites = acceptsWrites
        self.milliseconds = milliseconds
        self.epoch = epoch
        self.head = head
        self.floor = floor
        self.horizon = horizon
    }
}

/// The server holds a segment.
public struct PushAcknowledgement: Hashable, Sendable {
    /// The segment's sequence, from 1.
    public let sequence: ServerSequence
    /// The history hash of that sequence, at most 32 bytes; nil where the server gives none.
    public let historyHash: [UInt8]?
    /// The server's state after it.
    public let server: ServerState

    /// An answer whose `sequence` lies between 1 and the ``ServerState/head`` of `server`.
    public init(sequence: ServerSequence, historyHash: [UInt8]? = nil, server: ServerState) {
        self.sequence = sequence
        self.historyHash = historyHash
        self.server = server
    }
}

/// The segments that a device requests, and what it has merged.
public struct PullRequest: Hashable, Sendable {
    /// Segments after this sequence are requested; 0 requests the first ones.
    public var sequence: ServerSequence
    /// The history hash of that sequence; nil where none is known. Where the server has another
    /// one, it was restored from a backup: see ``PulledPage/isOtherHistory``.
    public var historyHash: [UInt8]?
    /// Everything up to this sequence is merged on the device; ``ServerState/horizon`` is computed
    /// from it. It lies below ``sequence`` while something that was received cannot be merged yet,
    /// as where a key is missing.
    public var mergedSequence: ServerSequence

    /// A request with `0 ≤ mergedSequence ≤ sequence`; without a `mergedSequence`, everything that
    /// was received is merged.
    public init(
        after sequence: ServerSequence, historyHash: [UInt8]? = nil,
        mergedSequence: ServerSequence? = nil
    ) {
        self.sequence = sequence
        self.historyHash = historyHash
        self.mergedSequence = mergedSequence ?? sequence
    }
}

/// Segments in the account's order; an empty page means that there are no more, or that the
/// requested ones lie at or below the floor.
public struct PulledPage: Hashable, Sendable {
    /// The segments, in rising order.
    public let segments: [SequencedSegment]
    /// The history hash of the last one's sequence, or of the requested sequence where there are
    /// none; nil where the server has none. Two histories never have the same hash at a sequence.
    public let historyHash: [UInt8]?
    /// Whether the history hash of the request is not the server's: what comes before the sequence
    /// has changed, and the page has no segments.
    public let isOtherHistory: Bool
    /// The server's state.
    public let server: ServerState

    /// A page of at most ``Limits/pageSegments`` segments, their sequences rising and above the one
    /// that was asked for; without any where `isOtherHistory`.
    public init(
        segments: [SequencedSegment], historyHash: [UInt8]? = nil, isOtherHistory: Bool = false,
        server: ServerState
    ) {
        self.segments = segments
        self.historyHash = historyHash
        self.isOtherHistory = isOtherHistory
        self.server = server
    }
}

/// A snapshot on a server: one library's state up to a sequence.
public struct SnapshotManifest: Hashable, Sendable {
    /// Which snapshot: 16 random bytes.
    public let id: [UInt8]
    /// The sequence up to which every segment is in it.
    public let cursor: ServerSequence
    /// How many chunks it has, at least 1.
    public let chunkCount: Int

    /// A snapshot with an `id` of 16 bytes and at least one chunk.
    public init(id: [UInt8], cursor: ServerSequence, chunkCount: Int) {
        self.id = id
        self.cursor = cursor
        self.chunkCount = chunkCount
    }
}

/// One chunk of a snapshot that is sent to the server.
public struct SnapshotChunk: Hashable, Sendable {
    /// The snapshot that it belongs to.
    public let snapshot: SnapshotManifest
    /// The chunk's index in it, from 0.
    public let index: Int
    /// The sealed bytes, at most ``Limits/segmentBytes``.
    public let bytes: [UInt8]

    /// A chunk whose `index` is below the snapshot's ``SnapshotManifest/chunkCount``.
    public init(snapshot: SnapshotManifest, index: Int, bytes: [UInt8]) {
        self.snapshot = snapshot
        self.index = index
        self.bytes = bytes
    }
}
