/// Signs that the server withholds segments or that a change was lost; all empty where there are
/// none.
public struct SyncFaults: Hashable, Sendable {
    /// Segments that were never received although later ones of the same replica were.
    public var missingSegments: [MissingSegments] = []
    /// Replicas whose state differs from this one's after the same changes, also after everything
    /// was pulled and merged again.
    public var divergentReplicas: [ReplicaID] = []
    /// Whether the quarantine is full, so that nothing more is pulled: a key or a newer program is
    /// needed, or the server sends segments that no device of the account sealed.
    public var isQuarantineFull = false

    /// No faults.
    public init() {}

    /// Whether there are none.
    public var isEmpty: Bool { self == SyncFaults() }
}

/// Segments of one replica that the server never sent.
public struct MissingSegments: Hashable, Sendable {
    /// The replica that sealed them.
    public let replica: ReplicaID
    /// Their numbers in its chain.
    public let numbers: ClosedRange<Int64>

    /// Segments with `numbers`, from 1, in the chain of `replica`.
    public init(replica: ReplicaID, numbers: ClosedRange<Int64>) {
        self.replica = replica
        self.numbers = numbers
    }
}
