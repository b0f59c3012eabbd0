import Crypto

/// The plain part of a sealed segment: what a server may know. Authenticated with the payload.
///
/// Wire form, 136 bytes, integers big-endian: magic `ASG1` (4), account (16), replica (16),
/// number (8), key epoch (4), previous digest (32), highest stamp (8), payload bytes (4),
/// flags (1), what is set aside (8), 23 reserved zero bytes and the nonce (12).
public struct SegmentHeader: Hashable, Sendable {
    /// Whose library: 16 bytes.
    public let account: [UInt8]
    /// The replica that sealed it.
    public let replica: ReplicaID
    /// The place in that replica's chain, from 1.
    public let number: UInt64
    /// Which library key sealed it.
    public let keyEpoch: UInt32
    /// SHA-256 of the replica's segment before; 32 zero bytes for the first.
    public let previous: [UInt8]
    /// No change inside is dated later.
    public let highestStamp: HybridTimestamp
    /// Bytes of the changes before compression.
    public let payloadBytes: UInt32
    /// What kind of segment it is.
    public let flags: Flags
    /// What the sender had set aside when it sealed, as ``Quarantine/digest()`` says it.
    let setAside: UInt64
    /// 12 random bytes.
    let nonce: [UInt8]

    /// What kind of segment it is.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt8

        /// The kind with these bits.
        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// The group continues in the next segment: it is applied when its last segment is there.
        public static let continues = Flags(rawValue: 1)
        /// A chunk of a snapshot, with its place in it as number.
        public static let snapshot = Flags(rawValue: 2)
        /// With ``snapshot``: not a chunk but what the snapshot's maker says of all of them.
        public static let manifest = Flags(rawValue: 4)
    }

    /// The length of the wire form, in bytes.
    public static let byteCount = 4 + 16 + 16 + 8 + 4 + 32 + 8 + 4 + 32 + 12

    /// What the first segment of a chain names as the one before it.
    static let noDigest = [UInt8](repeating: 0, count: 32)

    private static let magic = Array("ASG1".utf8)
    private static let reservedBytes = 23

    init(
        account: [UInt8], replica: ReplicaID, number: UInt64, keyEpoch: UInt32, previous: [UInt8],
        highestStamp: HybridTimestamp, payloadBytes: UInt32, flags: Flags, setAside: UInt64,
        nonce: [UInt8]
    ) {
        precondition(
            account.count == 16 && previous.count == 32 && nonce.count == 12, "field sizes")
        self.account = account
        self.replica = replica
        self.number = number
        self.keyEpoch = keyEpoch
        self.previous = previous
        self.highestStamp = highestStamp
        self.payloadBytes = payloadBytes
        self.flags = flags
        self.setAside = setAside
        self.nonce = nonce
    }

    /// Reads the header at the front of a segment; more bytes may follow it.
    ///
    /// - Throws: ``SegmentError/malformed(_:)``, ``SegmentError/newerForm``.
    public init(parsing bytes: [UInt8]) throws(SegmentError) {
        if Self.isNewer(bytes) { throw .newerForm }
        do throws(CodecError) {
            self = try ByteReader.reading(Array(bytes.prefix(Self.byteCount))) {
                (reader) throws(CodecError) in try Self(reading: &reader)
            }
        } catch {
            throw .malformed(error.description)
        }
        guard number > 0, number <= UInt64(Int64.max) else { throw .malformed("number") }
        guard highestStamp.milliseconds < HybridTimestamp.latestMilliseconds else {
            throw .malformed("highest stamp")
        }
    }

    /// Whether a newer program than this one made the header.
    private static func isNewer(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: magic.dropLast()) && bytes.count > byteCount
            && UInt8(ascii: "2")...UInt8(ascii: "9") ~= bytes[magic.count - 1]
    }

    private init(reading reader: inout ByteReader) throws(CodecError) {
        guard try reader.bytes(4) == Self.magic else { throw CodecError.invalid("magic") }
        account = try reader.bytes(16)
        replica = ReplicaID(checked: try reader.bytes(16))
        number = try reader.bigEndian64()
        keyEpoch = try reader.bigEndian32()
        previous = try reader.bytes(32)
        highestStamp = HybridTimestamp(rawValue: try reader.bigEndian64())
        payloadBytes = try reader.bigEndian32()
        flags = Flags(rawValue: try reader.byte())
        guard flags.isSubset(of: [.continues, .snapshot, .manifest]) else {
            throw CodecError.invalid("flags")
        }
        setAside = try reader.bigEndian64()
        guard try reader.bytes(Self.reservedBytes).allSatisfy({ $0 == 0 }) else {
            throw CodecError.invalid("reserved bytes")
        }
        nonce = try reader.bytes(12)
    }

    /// The wire form, ``byteCount`` bytes.
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(Self.magic)
        writer.append(account)
        writer.append(replica.bytes)
        writer.appendBigEndian(number)
        writer.appendBigEndian(keyEpoch)
        writer.append(previous)
        writer.appendBigEndian(highestStamp.rawValue)
        writer.appendBigEndian(payloadBytes)
        writer.append(byte: flags.rawValue)
        writer.appendBigEndian(setAside)
        writer.append([UInt8](repeating: 0, count: Self.reservedBytes))
        writer.append(nonce)
        return writer.bytes
    }
}

/// A batch of changes as it travels: a plain header and a payload that only the library's own
/// devices can read.
public struct SealedSegment: Hashable, Sendable {
    /// The plain part.
    public let header: SegmentHeader

    /// Header and sealed payload: the form to store and to send.
    public let bytes: [UInt8]

    /// Reads a segment; its payload is not opened, so nothing inside is believed yet.
    ///
    /// - Throws: ``SegmentError/malformed(_:)``, ``SegmentError/tooLarge(bytes:limit:)``.
    public init(bytes: [UInt8]) throws(SegmentError) {
        guard bytes.count <= Limits.segmentBytes else {
            throw .tooLarge(bytes: bytes.count, limit: Limits.segmentBytes)
        }
        header = try SegmentHeader(parsing: bytes)
        guard bytes.count >= SegmentHeader.byteCount + Self.tagBytes else {
            throw .malformed("length")
        }
        self.bytes = bytes
    }

    /// SHA-256 of ``bytes``: what the replica's next segment names as the one before it.
    public var hash: [UInt8] { Self.hash(of: bytes) }

    /// SHA-256 of a segment's bytes.
    static func hash(of bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    static let tagBytes = 16
}
