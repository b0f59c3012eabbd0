/// When and where a value was written; no two transactions share one.
public struct Stamp: Hashable, Sendable, Comparable {
    /// When, on the hybrid clock of ``replica``.
    public let time: HybridTimestamp

    /// Where: breaks ties.
    public let replica: ReplicaID

    /// Takes both fields.
    public init(time: HybridTimestamp, replica: ReplicaID) {
        self.time = time
        self.replica = replica
    }

    /// Before every other stamp.
    package static let zero = Stamp(time: .zero, replica: .zero)

    /// Orders by time, then by replica.
    public static func < (left: Self, right: Self) -> Bool {
        (left.time, left.replica) < (right.time, right.replica)
    }
}
