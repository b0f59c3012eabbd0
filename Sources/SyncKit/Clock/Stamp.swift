/// When and where a value was written; no two transactions share one.
public struct Stamp: Hashable, Sendable, Comparable {
    /// When, on the hybrid clock of ``replica``.
    public let time: HybridTimestamp

    /// Where: the first 8 bytes of the writer's ``ReplicaID``, big-endian; breaks ties.
    public let replica: UInt64

    /// Takes both fields.
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
