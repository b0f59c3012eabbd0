/// What an exchange with the server should have brought and did not: signs of a server that leaves
/// something out, or of a change that was lost. All empty where all is well.
public struct SyncFaults: Hashable, Sendable {
    /// Segments that never came although later ones of the same replica did.
    public var missingSegments: [MissingSegments] = []
    /// Replicas whose state still differed from this one's after the same changes, when all had
    /// been pulled and merged again.
    public var divergentReplicas: [ReplicaID] = []
    /// Whether so much is set aside already that nothing more is pulled: a key or a newer program
    /// is wanted, or the server sends what nobody of the account sealed.
    public var isQuarantineFull = false

    /// No faults.
    public init() {}

    /// Whether there are none.
    public var isEmpty: Bool { self == SyncFaults() }
}

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
