/// The way to a server, or to whatever stands in its place.
///
/// Every call may be repeated at will; none needs another.
public protocol Transport: Sendable {
    /// Hands over one segment; the same segment again gets the same answer.
    ///
    /// - Throws: ``ForkedChain`` where the server holds another segment of this one's number, or
    ///   does not hold the one before it; ``WritingRefused`` where the account may only read now.
    func push(_ segment: SealedSegment) async throws -> PushAcknowledgement

    /// Asks for segments, and tells how far this device has come.
    func pull(_ request: PullRequest) async throws -> PulledPage

    /// Hands over one chunk of a snapshot; the snapshot counts once all its chunks are there.
    ///
    /// - Throws: ``WritingRefused`` where the account may only read now; ``SnapshotRefused`` where
    ///   the server takes no such chunk, whoever sends it again.
    func push(_ chunk: SnapshotChunk) async throws

    /// The newest snapshot that is there in full, or nil where there is none.
    func newestSnapshot() async throws -> SnapshotManifest?

    /// One chunk of a snapshot: a sealed segment's bytes.
    ///
    /// - Throws: ``SnapshotGone`` where a newer snapshot has taken its place.
    func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8]
}

/// The server holds another segment of this replica at this number: the database was copied, or
/// restored from a backup, or the server was. The engine goes on as a new replica; nothing is lost.
public struct ForkedChain: Error, Equatable, CustomStringConvertible {
    /// Says only that it is so.
    public init() {}

    /// What happened.
    public var description: String {
        "Another copy of this library already sent changes under this copy's name."
    }
}

/// The account may read now and not write, as while it is suspended. Changes wait on the device,
/// and the run ends as one that only receives.
public struct WritingRefused: Error, Equatable, CustomStringConvertible {
    /// Says only that it is so.
    public init() {}

    /// What happened.
    public var description: String {
        "The server takes no changes of this account now. They wait on this device."
    }
}

/// The server does not take a chunk of a snapshot, and would not take it again: the snapshot is
/// given up, and the exchange goes on without it.
public struct SnapshotRefused: Error, Equatable, CustomStringConvertible {
    /// What the server said.
    public let reason: String

    /// A refusal with what the server said.
    public init(reason: String) {
        self.reason = reason
    }

    /// What happened.
    public var description: String { "The server refused a snapshot. \(reason)" }
}

/// The snapshot that was being loaded is no longer kept; begin with the newest one.
public struct SnapshotGone: Error, Equatable, CustomStringConvertible {
    /// Says only that it is so.
    public init() {}

    /// What happened.
    public var description: String { "A newer snapshot has taken the place of this one." }
}

/// What every answer of a server tells besides what was asked for.
public struct ServerState: Hashable, Sendable {
    /// Server time, in milliseconds since 1970 UTC.
    public var milliseconds: Int64
    /// Another number than before when the server was wiped or restored from a backup.
    public var epoch: Int
    /// The sequence of the account's last segment.
    public var head: ServerSequence
    /// Segments up to this sequence are gone: a snapshot holds what they said. 0 where none are.
    public var floor: ServerSequence
    /// Every active device has merged everything up to this sequence: the lowest of the highest
    /// ``PullRequest/mergedSequence`` of each.
    public var horizon: ServerSequence

    /// What a transport read from an answer: `0 ≤ floor ≤ head`, `0 ≤ horizon ≤ head` and
    /// `epoch ≥ 1`. A ``Synchronizer`` checks it and refuses anything else.
    public init(
        milliseconds: Int64, epoch: Int, head: ServerSequence, floor: ServerSequence,
        horizon: ServerSequence
    ) {
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
    /// What the server tells with it.
    public let server: ServerState

    /// An answer whose `sequence` lies between 1 and the ``ServerState/head`` of `server`.
    public init(sequence: ServerSequence, historyHash: [UInt8]? = nil, server: ServerState) {
        self.sequence = sequence
        self.historyHash = historyHash
        self.server = server
    }
}

/// Which segments a device asks for, and how far it has come.
public struct PullRequest: Hashable, Sendable {
    /// Segments after this sequence are asked for; 0 asks for the first ones.
    public var sequence: ServerSequence
    /// What the server gave with that sequence; nil where it gave none. Where the server has
    /// another one there, it was set back: see ``PulledPage/isOtherHistory``.
    public var historyHash: [UInt8]?
    /// Everything up to this sequence is merged on the device: what counts for
    /// ``ServerState/horizon``. It lies below ``sequence`` while something that was received cannot
    /// be merged yet, as for want of a key.
    public var mergedSequence: ServerSequence

    /// A question with `0 ≤ mergedSequence ≤ sequence`; without a `mergedSequence` everything that
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

/// Segments in the account's order; an empty page means that there are no more, or that those
/// asked for lie at or below the floor.
public struct PulledPage: Hashable, Sendable {
    /// The segments, in rising order.
    public let segments: [SequencedSegment]
    /// The history hash of the last one's sequence, or of the sequence that was asked for where
    /// there are none; nil where the server gives none. Two histories never have the same history
    /// hash at a sequence.
    public let historyHash: [UInt8]?
    /// Whether the history hash that was sent is not the server's: then what came before the
    /// sequence is not what it was, and there are no segments.
    public let isOtherHistory: Bool
    /// What the server tells with them.
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

/// A snapshot that a server holds: one library's state up to a sequence.
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

/// One chunk of a snapshot on its way to the server.
public struct SnapshotChunk: Hashable, Sendable {
    /// Which snapshot.
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
