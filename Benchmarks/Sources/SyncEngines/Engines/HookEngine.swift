package import Foundation
package import Workload

/// A prototype: user tables untouched, a preupdate hook, one blob of operations a transaction.
///
/// What this costs is the least that any engine with a hook can cost.
package final class HookEngine: SyncEngine {
    /// What the prototype does besides noting operations.
    package struct Options: OptionSet, Sendable {
        package let rawValue: Int

        /// Takes the bits.
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Looks at each inserted row: the id's length, and the size of the whole.
        package static let checksInserts = Options(rawValue: 1)
        /// The table also has triggers for other programs, switched off on this connection.
        package static let hasSilentTriggers = Options(rawValue: 2)
        /// The hook is called and nothing is noted.
        package static let notesNothing = Options(rawValue: 4)
        /// Rows are noted by their ids, which no VACUUM changes, instead of their rowids.
        package static let notesIdentifiers = Options(rawValue: 8)
    }

    package let connection: SQLiteConnection
    private let table: PlainTable
    private let log: SQLiteStatement
    private let options: Options
    private var operations = ByteWriter()
    private var previousRow: Int64 = 0
    private var firstInserted: Int64 = 0
    private var insertedCount: Int64 = 0
    private var sequence: Int64 = 0
    private var refusedCount = 0

    /// Opens the file at `path`; makes the tables where the file is new.
    package init(
        path: String, isNew: Bool, durability: Durability, options: Options = []
    ) throws {
        connection = try SQLiteConnection(path: path, durability: durability)
        self.options = options
        if isNew {
            try connection.execute(BenchmarkSettings.table)
            try connection.execute(
                "CREATE TABLE operations(sequence INTEGER PRIMARY KEY, stamp INTEGER, bytes BLOB)")
            if options.contains(.hasSilentTriggers) { try connection.execute(Self.triggers) }
        }
        if options.contains(.hasSilentTriggers) { try connection.setTriggersEnabled(false) }
        table = try PlainTable(connection: connection)
        log = try connection.prepare("INSERT INTO operations VALUES(?, ?, ?)")
        sequence = try connection.integer("SELECT coalesce(max(sequence), 0) FROM operations")
        connection.observeChanges { [unowned self] in note($0, row: $1) }
    }

    /// As the protocol says.
    package func write(_ body: () throws -> Void) throws {
        try table.beginTransaction()
        operations.removeAll()
        previousRow = 0
        try body()
        try writeOperations()
        try table.commitTransaction()
    }

    /// As the protocol says.
    package func insert(_ row: WorkloadRow) throws { try table.insert(row) }

    /// As the protocol says.
    package func update(_ edit: WorkloadEdit) throws { try table.update(edit) }

    /// As the protocol says.
    package func delete(_ id: Data) throws { try table.delete(id) }

    private func writeOperations() throws {
        closeRun()
        guard !operations.isEmpty else { return }
        sequence += 1
        log.bind(sequence, at: 1)
        log.bind(sequence << 16, at: 2)
        operations.bytes.withUnsafeBytes { log.bind(blob: $0, at: 3) }
        try log.run()
    }

    private func note(_ operation: RowOperation, row: Int64) {
        if options.contains(.notesNothing) { return }
        switch operation {
        case .insert:
            if options.contains(.checksInserts) { checkInserted() }
            noteInserted(row)
        case .update:
            closeRun()
            operations.append(changedColumns())
            noteRow(row)
        case .delete:
            closeRun()
            operations.append(0xFF)
            noteRow(row)
            // The id is needed even by rowid: the row will be gone when the log is read.
            if !options.contains(.notesIdentifiers) {
                operations.append(connection.oldValue(0).bytes)
            }
        }
    }

    private func noteInserted(_ row: Int64) {
        if options.contains(.notesIdentifiers) {
            operations.append(0)
            operations.append(connection.newValue(0).bytes)
        } else if insertedCount > 0, firstInserted + insertedCount == row {
            insertedCount += 1
        } else {
            closeRun()
            firstInserted = row
            insertedCount = 1
        }
    }

    private func noteRow(_ row: Int64) {
        if options.contains(.notesIdentifiers) {
            operations.append(connection.oldValue(0).bytes)
        } else {
            operations.append(zigzag: row - previousRow)
            previousRow = row
        }
    }

    private func closeRun() {
        guard insertedCount > 0 else { return }
        operations.append(0)
        operations.append(varint: UInt64(firstInserted))
        operations.append(varint: UInt64(insertedCount))
        insertedCount = 0
    }

    private func checkInserted() {
        let id = connection.newValue(0)
        var size = 0
        for column in 1...WorkloadColumn.allCases.count {
            size += connection.newValue(column).byteCount
        }
        if !id.isBlob || id.byteCount != 16 || size > 1 << 20 { refusedCount += 1 }
    }

    private func changedColumns() -> UInt8 {
        var changed: UInt8 = 0
        for column in 1...WorkloadColumn.allCases.count {
            if !connection.oldValue(column).isEqual(to: connection.newValue(column)) {
                changed |= 1 << (column - 1)
            }
        }
        return changed
    }

    private static let triggers: String = {
        let changed = WorkloadColumn.allCases.map {
            "(old.\($0.name) IS NOT new.\($0.name)) << \($0.rawValue)"
        }.joined(separator: " | ")
        return """
            CREATE TABLE other_writes(place INTEGER PRIMARY KEY, row INTEGER, kind INTEGER,
              columns INTEGER, id BLOB);
            CREATE TRIGGER works_inserted AFTER INSERT ON works BEGIN
              INSERT INTO other_writes(row, kind) VALUES(new.rowid, 1); END;
            CREATE TRIGGER works_updated AFTER UPDATE ON works BEGIN
              INSERT INTO other_writes(row, kind, columns) VALUES(new.rowid, 2, \(changed)); END;
            CREATE TRIGGER works_deleted AFTER DELETE ON works BEGIN
              INSERT INTO other_writes(row, kind, id) VALUES(old.rowid, 3, old.id); END;
            """
    }()
}
