/// Segments of one replica that the server never gave.
public struct MissingSegments: Hashable, Sendable {
    /// Which replica sealed them.
    public let replica: ReplicaID
    /// Their numbers in its chain.
    public let numbers: ClosedRange<Int64>

    /// Takes both.
    public init(replica: ReplicaID, numbers: ClosedRange<Int64>) {
        self.replica = replica
        self.numbers = numbers
    }
}
