/// A value that lost against a write that did not know of it.
public struct Conflict: Hashable, Sendable, Identifiable {
    /// What happened.
    public enum Kind: Int64, Hashable, Sendable {
        /// Two replicas wrote the same column; the later write stands.
        case cellOverwritten = 0
        /// One replica deleted the row while another wrote to it; it is deleted.
        case rowDeleted = 1
        /// Two rows took the same value of a column that is unique; the later row's is set aside.
        case duplicateValue = 2
    }

    /// Its number on this replica.
    public let id: Int64
    /// What happened.
    public let kind: Kind
    /// The table's name.
    public let table: String
    /// The row.
    public let key: RowKey
    /// The lost values by column name: one of an overwritten cell, all of a deleted row.
    public let lost: [String: SQLValue]
    /// When and where the lost values were written.
    public let lostStamp: Stamp
    /// What stands now, by column name; empty where the row does not exist.
    public let standing: [String: SQLValue]
    /// When and where the winning write was made.
    public let standingStamp: Stamp
    /// When this replica found it, in milliseconds since 1970 UTC.
    public let foundMilliseconds: UInt64
}
