package import Foundation
package import Workload

/// A prototype: triggers keep one clock row a row, with a column for each later write.
package final class RowClockEngine: SyncEngine {
    package let connection: SQLiteConnection
    private let table: PlainTable
    private let stamping: SQLiteStatement

    /// Opens the file at `path`; makes the tables where the file is new.
    package init(path: String, isNew: Bool, durability: Durability) throws {
        connection = try SQLiteConnection(path: path, durability: durability)
        try connection.addTransactionStampFunction()
        if isNew {
            try connection.execute(BenchmarkSettings.table)
            try connection.execute(Self.metadata)
        }
        table = try PlainTable(connection: connection)
        stamping = try connection.prepare("INSERT INTO stamps VALUES(?, ?, 0)")
        connection.transactionStamp = try connection.integer(
            "SELECT coalesce(max(number), 0) FROM stamps")
    }

    /// As the protocol says.
    package func write(_ body: () throws -> Void) throws {
        try table.beginTransaction()
        connection.transactionStamp += 1
        stamping.bind(connection.transactionStamp, at: 1)
        stamping.bind(connection.transactionStamp << 16, at: 2)
        try stamping.run()
        try body()
        try table.commitTransaction()
    }

    /// As the protocol says.
    package func insert(_ row: WorkloadRow) throws { try table.insert(row) }

    /// As the protocol says.
    package func update(_ edit: WorkloadEdit) throws { try table.update(edit) }

    /// As the protocol says.
    package func delete(_ id: Data) throws { try table.delete(id) }

    private static let metadata: String = {
        let columns = WorkloadColumn.allCases
        let clocks = columns.map { "stamp\($0.rawValue) INTEGER" }.joined(separator: ", ")
        let updates = columns.map {
            """
            CREATE TRIGGER works_updated\($0.rawValue) AFTER UPDATE OF \($0.name) ON works
              WHEN old.\($0.name) IS NOT new.\($0.name) BEGIN
              UPDATE clocks SET stamp\($0.rawValue) = transaction_stamp() WHERE row = new.rowid;
            END;
            """
        }.joined(separator: "\n")
        return """
            CREATE TABLE stamps(number INTEGER PRIMARY KEY, time INTEGER, device INTEGER);
            CREATE TABLE clocks(row INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, \(clocks));
            CREATE TABLE tombstones(id BLOB PRIMARY KEY, stamp INTEGER) WITHOUT ROWID;
            CREATE TRIGGER works_inserted AFTER INSERT ON works BEGIN
              INSERT INTO clocks(row, stamp) VALUES(new.rowid, transaction_stamp());
            END;
            CREATE TRIGGER works_deleted AFTER DELETE ON works BEGIN
              DELETE FROM clocks WHERE row = old.rowid;
              INSERT INTO tombstones VALUES(old.id, transaction_stamp());
            END;
            \(updates)
            """
    }()
}
