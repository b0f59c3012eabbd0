/// Changes that travel together, in a columnar form: like things lie side by side, so that they
/// compress well.
///
/// Wire form, version 1; numbers are LEB128 unless said otherwise:
/// version (1 byte) · replicas: count, 16 bytes each · stamps in rising order: count, then time
/// since the one before and replica index each · tables in rising order: count, then each
/// table: id · rows: count · keys, 16 bytes each · lives · beginnings as stamp index × 2, + 1 where
/// the change is whole · written columns as bits · then for each column that is written at all:
/// stamp indexes (0 the row's beginning, else index + 1) · types, 1 byte each · integers, zigzag of
/// the difference to the one before · reals, 8 bytes big-endian · lengths of texts and blobs ·
/// bytes.
package struct ChangeBatch: Hashable, Sendable {
    /// The changes; ``encoded()`` sorts them by table and leaves rows in order.
    package var changes: [RowChange]

    /// Takes the changes.
    package init(changes: [RowChange]) {
        self.changes = changes
    }

    /// No change inside is dated later.
    package var highestStamp: Stamp {
        changes.reduce(.zero) { max($0, $1.highestStamp) }
    }

    static let version: UInt8 = 1
}
