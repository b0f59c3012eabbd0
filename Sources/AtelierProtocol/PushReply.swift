public import SignedObjects

/// The answer to a pushed segment: `POST /v1/segments`.
public struct PushReply: Codable, Sendable, Equatable {
    /// The segment's sequence in its account, from 1; the same when it is pushed again.
    public let sequence: Int64
    /// The server's epoch, see ``ServerDescription/epoch``.
    public let epoch: Int
    /// Server time.
    public let time: UnixTime
    /// The sequence of the account's last segment.
    public let head: Int64
    /// Segments up to this sequence are gone: the newest snapshot holds what they said.
    public let floor: Int64
    /// Every active device has pulled up to this sequence.
    public let horizon: Int64

    /// The server's answer; sequences are at least 0, and `floor` ≤ `head`.
    public init(
        sequence: Int64, epoch: Int, time: UnixTime, head: Int64, floor: Int64, horizon: Int64
    ) {
        self.sequence = sequence
        self.epoch = epoch
        self.time = time
        self.head = head
        self.floor = floor
        self.horizon = horizon
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        sequence = try container.decode(.sequence, in: NumberRange.sequence)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        time = try container.decode(UnixTime.self, forKey: .time)
        head = try container.decode(.head, in: NumberRange.sequence)
        floor = try container.decode(.floor, in: NumberRange.sequence)
        horizon = try container.decode(.horizon, in: NumberRange.sequence)
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
    /// The server's epoch, see ``ServerDescription/epoch``.
    public let epoch: Int
    /// Server time.
    public let time: UnixTime

    /// A complete snapshot of `chunks` chunks, at most ``ProtocolLimits/snapshotChunks``.
    public init(id: SnapshotID, cursor: Int64, chunks: Int, epoch: Int, time: UnixTime) {
        self.id = id
        self.cursor = cursor
        self.chunks = chunks
        self.epoch = epoch
        self.time = time
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(SnapshotID.self, forKey: .id)
        cursor = try container.decode(.cursor, in: NumberRange.sequence)
        chunks = try container.decode(.chunks, in: NumberRange.count)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        time = try container.decode(UnixTime.self, forKey: .time)
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
