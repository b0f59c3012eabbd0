import SystemSupport

/// When and where a value was written; no two transactions share one.
public struct Stamp: Hashable, Sendable, Comparable {
    /// When, on the hybrid clock of ``replica``.
    public let time: HybridTimestamp

    /// Where: the first 8 bytes of the writer's ``ReplicaID``, big-endian; breaks ties.
    public let replica: UInt64

    /// A moment on the clock of the replica with this handle.
    public init(time: HybridTimestamp, replica: UInt64) {
        self.time = time
        self.replica = replica
    }

    /// A stamp of `replica`.
    public init(time: HybridTimestamp, replica: ReplicaID) {
        self.init(time: time, replica: replica.handle)
    }

    /// Before every other stamp.
    package static let zero = Stamp(time: .zero, replica: 0)

    /// Orders by time, then by replica.
    public static func < (left: Self, right: Self) -> Bool {
        left.time == right.time ? left.replica < right.replica : left.time < right.time
    }
}

/// One copy of a library on one device: 16 random bytes, made when the store is made.
public struct ReplicaID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 16.
    public static let byteCount = 16

    /// The value, ``byteCount`` bytes.
    public let bytes: [UInt8]

    /// The value of exactly ``byteCount`` bytes, else nil.
    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    init(checked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The first 8 bytes, big-endian: what stamps carry. Random, so that two replicas of one
    /// library share one once in 2^64 pairs.
    public var handle: UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

    /// Orders as the bytes do.
    public static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    /// Lowercase hexadecimal.
    public var description: String {
        Hexadecimal.encode(bytes)
    }
}
