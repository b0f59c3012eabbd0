/// One thing that goes wrong on a ``SimulatedDisk``, at a counted operation.
///
/// Operations are what changes the disk: writes, truncations, syncs, deletions, and the making of
/// files. Reads do not count.
package struct DiskFault: Hashable, Sendable {
    /// What goes wrong.
    package enum Kind: Hashable, Sendable {
        /// The power goes: every call fails until ``SimulatedDisk/restart()``, and what was not
        /// synced may be lost.
        case powerCut
        /// The program that made the operation is killed: its calls fail, the files stay as they
        /// are, other programs go on.
        case kill
        /// This many operations fail with an input or output error and change nothing.
        case failure(times: Int)
        /// This many operations that need room fail because the disk is full.
        case full(times: Int)
    }

    /// What goes wrong.
    package var kind: Kind
    /// At which operation from now on: 0 is the next.
    package var operation: Int

    /// Takes both fields.
    package init(_ kind: Kind, at operation: Int) {
        self.kind = kind
        self.operation = operation
    }
}
