package import Foundation
package import Workload

/// A prototype: clock columns in the user's table, written by the same statement as the values.
///
/// Only writes through this interface are captured. What is unsent is kept in memory, to be found
/// again by a scan after a crash.
package final class InRowEngine: SyncEngine {
    /// How often a stamp gets a row of its own.
    package enum Interning: Sendable {
        /// For each transaction.
        case transaction
        /// For all transactions of a while: here, of a thousand in turn.
        case epoch
    }

    package let connection: SQLiteConnection
    private let interning: Interning
    private let begin: SQLiteStatement
    private let commit: SQLiteStatement
    private let stamping: SQLiteStatement
    private let insertion: SQLiteStatement
    private let updates: [SQLiteStatement]
    private let deletion: SQLiteStatement
    private let burial: SQLiteStatement
    private var unsent = ByteWriter()
    private var transactionCount = 0
    private var stamp: Int64

    /// Opens the file at `path`; makes the tables where the file is new.
    package init(
        path: String, isNew: Bool, durability: Durability, interning: Interning
    ) throws {
        self.interning = interning
        connection = try SQLiteConnection(path: path, durability: durability)
        let clocks = WorkloadColumn.allCases.map { "stamp\($0.rawValue) INTEGER" }
        if isNew {
            let columns = BenchmarkSettings.table.dropLast()
            let allClocks = clocks.joined(separator: ", ")
            try connection.execute("\(columns), stamp INTEGER NOT NULL, \(allClocks))")
            try connection.execute(
                """
                CREATE TABLE stamps(number INTEGER PRIMARY KEY, time INTEGER, device INTEGER);
                CREATE TABLE tombstones(id BLOB PRIMARY KEY, stamp INTEGER) WITHOUT ROWID;
                """)
        }
        begin = try connection.prepare("BEGIN")
        commit = try connection.prepare("COMMIT")
        stamping = try connection.prepare("INSERT INTO stamps VALUES(?, ?, 0)")
        insertion = try connection.prepare(
            """
            INSERT INTO works(id, \(BenchmarkSettings.columns), stamp)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        updates = try WorkloadColumn.allCases.map { [connection] column in
            let clock = "stamp\(column.rawValue)"
            return try connection.prepare(
                "UPDATE works SET \(column.name) = ?, \(clock) = ?3 WHERE id = ?2")
        }
        deletion = try connection.prepare(BenchmarkSettings.deletion)
        burial = try connection.prepare("INSERT INTO tombstones VALUES(?, ?)")
        stamp = try connection.integer("SELECT coalesce(max(number), 0) FROM stamps")
    }

    /// As the protocol says.
    package func write(_ body: () throws -> Void) throws {
        try begin.run()
        if interning == .transaction || transactionCount.isMultiple(of: 1000) {
            stamp += 1
            stamping.bind(stamp, at: 1)
            stamping.bind(stamp << 16, at: 2)
            try stamping.run()
        }
        transactionCount += 1
        try body()
        try commit.run()
    }

    /// As the protocol says.
    package func insert(_ row: WorkloadRow) throws {
        insertion.bind(row.id, at: 1)
        for column in 0..<row.values.count {
            insertion.bind(row.values[column], at: Int32(column + 2))
        }
        insertion.bind(stamp, at: 9)
        try insertion.run()
        note(0x80, row.id)
    }

    /// As the protocol says.
    package func update(_ edit: WorkloadEdit) throws {
        let statement = updates[edit.column.rawValue]
        statement.bind(edit.value, at: 1)
        statement.bind(edit.id, at: 2)
        statement.bind(stamp, at: 3)
        try statement.run()
        note(UInt8(edit.column.rawValue), edit.id)
    }

    /// As the protocol says.
    package func delete(_ id: Data) throws {
        deletion.bind(id, at: 1)
        try deletion.run()
        burial.bind(id, at: 1)
        burial.bind(stamp, at: 2)
        try burial.run()
        note(0x81, id)
    }

    private func note(_ operation: UInt8, _ id: Data) {
        unsent.append(operation)
        id.withUnsafeBytes { unsent.append($0) }
    }
}
