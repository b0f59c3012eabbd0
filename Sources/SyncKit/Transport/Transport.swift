/// The way to a server, or to whatever stands in its place.
///
/// Both calls may be repeated at will; neither needs the other.
public protocol Transport: Sendable {
    /// Hands over one segment; the same segment again gets the same answer.
    ///
    /// - Throws: ``ForkedChain`` where the server holds another segment at this one's place.
    func push(_ segment: SealedSegment) async throws -> PushAcknowledgement

    /// Asks for segments after a place in the account's order.
    func pull(after sequence: Int64) async throws -> PulledPage
}

/// The server holds another segment of this replica at this number: the database was copied, or
/// restored from a backup. The engine goes on as a new replica; nothing is lost.
public struct ForkedChain: Error, Equatable, CustomStringConvertible {
    /// Says only that it is so.
    public init() {}

    /// What happened.
    public var description: String {
        "Another copy of this library already sent changes under this copy's name."
    }
}

/// The server holds a segment.
public struct PushAcknowledgement: Hashable, Sendable {
    /// The segment's place in the account's order, from 1.
    public let sequence: Int64
    /// Server time, in milliseconds since 1970 UTC.
    public let serverMilliseconds: Int64
    /// Rises when the server was restored from a backup.
    public let epoch: Int

    /// Takes every field.
    public init(sequence: Int64, serverMilliseconds: Int64, epoch: Int) {
        self.sequence = sequence
        self.serverMilliseconds = serverMilliseconds
        self.epoch = epoch
    }
}

/// Segments in the account's order; an empty page means that there are no more.
public struct PulledPage: Hashable, Sendable {
    /// The segments, in rising order.
    public let segments: [SequencedSegment]
    /// Server time, in milliseconds since 1970 UTC.
    public let serverMilliseconds: Int64
    /// Rises when the server was restored from a backup.
    public let epoch: Int

    /// Takes every field.
    public init(segments: [SequencedSegment], serverMilliseconds: Int64, epoch: Int) {
        self.segments = segments
        self.serverMilliseconds = serverMilliseconds
        self.epoch = epoch
    }
}
