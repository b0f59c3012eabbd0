public import SignedObjects

/// The answer to a pushed segment: `POST /v1/segments`. Where the server stands is in the headers,
/// as it is in the answer to a pull.
public struct PushReply: Codable, Sendable, Equatable {
    /// The segment's sequence in its account, from 1; the same when it is pushed again.
    public let sequence: Int64

    /// The answer to the segment at `sequence`.
    public init(sequence: Int64) {
        self.sequence = sequence
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        sequence = try container.decode(.sequence, in: NumberRange.sequence)
    }
}

/// The account's newest whole snapshot: `GET /v1/snapshot`.
public struct SnapshotDescription: Codable, Sendable, Equatable {
    /// Which snapshot.
    public let id: SnapshotID
    /// The sequence up to which every segment is in it.
    public let cursor: Int64
    /// How many chunks it has.
    public let chunks: Int

    /// A complete snapshot of `chunks` chunks, at most ``ProtocolLimits/snapshotChunks``.
    public init(id: SnapshotID, cursor: Int64, chunks: Int) {
        self.id = id
        self.cursor = cursor
        self.chunks = chunks
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(SnapshotID.self, forKey: .id)
        cursor = try container.decode(.cursor, in: NumberRange.sequence)
        chunks = try container.decode(.chunks, in: NumberRange.count)
    }
}

/// A snapshot: random bytes that the device which makes it draws.
public struct SnapshotID: FixedBytes {
    /// 16 bytes.
    public static let byteCount = 16
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}
