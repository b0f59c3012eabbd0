import SystemSupport

/// Why a store cannot be used; nothing was changed.
public enum StoreError: Error, Equatable, CustomStringConvertible {
    /// A newer version of the engine wrote it.
    case newerVersion(found: Int64, known: Int64)
    /// A part of the engine's own tables is not as it was written.
    case damaged(String)
    /// The server's pages do not follow the cursor.
    case sequenceOutOfOrder(got: ServerSequence, after: ServerSequence)
    /// The server acknowledges what it was not sent.
    case acknowledgedUnsent(number: UInt64)
    /// A write broke a rule of its table; the whole transaction was undone.
    case refused(table: String, reason: String)
    /// The body of a write ended the transaction itself; what it wrote was undone.
    case endedTransaction
    /// There is no such conflict on the list.
    case unknownConflict(Int64)
    /// A conflict cannot be restored: the row would name a parent that was deleted, and whose
    /// values no conflict holds.
    case missingParent(table: String, column: String, parent: String)
    /// A conflict cannot be restored: its row was deleted since, and no conflict holds the rest.
    case deletedSince(table: String)
    /// A conflict cannot be restored: another row has values by now that only one row may have.
    case valueTaken(table: String, columns: [String], by: RowKey)
    /// A snapshot's chunk is not what its manifest says; the snapshot is left alone.
    case unsuitableSnapshot(String)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .newerVersion(let found, let known):
            "This library was written by a newer version (format \(found), this program knows "
                + "\(known)). Update this program."
        case .damaged(let part):
            "The library's sync state is damaged (\(part)). Restore it from a backup; "
                + "the works themselves are untouched."
        case .sequenceOutOfOrder(let got, let after):
            "The server sent segment \(got) after \(after). Nothing was applied; try again."
        case .refused(let table, let reason):
            "A write to \(table) was refused: \(reason). Nothing of its transaction was kept."
        case .endedTransaction:
            "A write ended its transaction by COMMIT. Leave that to the store; use savepoints "
                + "inside."
        case .unknownConflict(let id):
            "There is no conflict \(id) on the list: it was restored, dismissed, or is too old."
        case .missingParent(let table, let column, let parent):
            "The lost values cannot be restored: \(table).\(column) names a row of \(parent) that "
                + "was deleted, and no conflict here holds its values. Nothing was changed. Insert "
                + "that row, restore on a device that lists it, or give another value for "
                + "\(column)."
        case .deletedSince(let table):
            "The lost values cannot be restored: their row of \(table) was deleted since, and its "
                + "other values are not known. Nothing was changed. Insert the row again, or "
                + "dismiss the conflict."
        case .valueTaken(let table, let columns, let key):
            "The lost values cannot be restored: the row \(Hexadecimal.encode(key.bytes)) of "
                + "\(table) has the same \(columns.joined(separator: ", ")) by now, which only one "
                + "row may have. Nothing was changed. Change that row, or give another value for "
                + "\(columns[0])."
        case .unsuitableSnapshot(let reason):
            "The server's snapshot cannot be used (\(reason)). Nothing was changed; try again."
        case .acknowledgedUnsent(let number):
            "The server acknowledged segment \(number), which was not sent. Try again."
        }
    }
}
