import Foundation
import CSQLite
import GRDB

/// Sees every change that the store's own connection makes to synced tables, by whatever SQL.
///
/// A preupdate hook: the tables stay untouched, and a commit writes one small record. The
/// connection's persistent triggers rest meanwhile: they are there for other programs.
///
/// Used by the writer connection's queue alone, which is what makes `@unchecked Sendable` true.
final class WriteRecorder: @unchecked Sendable {
    /// What changed since the transaction began.
    private(set) var operations = OperationLog()
    /// The first rule that a write broke.
    private(set) var violation: (table: String, rule: CaptureRule)?
    /// Whether a statement ran that may have made or dropped a trigger.
    private(set) var mayHaveChangedTriggers = false
    /// Whether changes are noted now.
    private(set) var isRecording = false

    /// Who adds to counters.
    private var source: UInt64 = 0
    private var tables: [CapturedTable] = []
    private var latest: Int?
    private var undo = RollbackTracker()

    /// Watches `db`'s connection for as long as both live.
    func install(on db: Database) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = sqlite3_preupdate_hook(
            db.sqliteConnection,
            { context, connection, operation, schema, name, oldRow, newRow in
                guard let context, let connection, let name, let schema else { return }
                let recorder = Unmanaged<WriteRecorder>.fromOpaque(context).takeUnretainedValue()
                recorder.record(
                    connection, operation, in: schema, name, oldRow: SQLRowID(oldRow),
                    newRow: SQLRowID(newRow))
            }, context)
        // Statements are traced for one thing: what they undo, the hook has seen already.
        sqlite3_trace_v2(
            db.sqliteConnection, UInt32(SQLITE_TRACE_STMT),
            { _, context, statement, text in
                guard let context, let statement, let text else { return 0 }
                let recorder = Unmanaged<WriteRecorder>.fromOpaque(context).takeUnretainedValue()
                guard recorder.isRecording else { return 0 }
                recorder.beginStatement(
                    OpaquePointer(statement), text.assumingMemoryBound(to: CChar.self))
                return 0
            }, context)
    }

    /// Watches the connection no more.
    func uninstall(from db: Database) {
        _ = sqlite3_preupdate_hook(db.sqliteConnection, nil, nil)
        sqlite3_trace_v2(db.sqliteConnection, 0, nil, nil)
    }

    /// Notes what `tables` look like.
    func watch(_ tables: [CapturedTable]) {
        self.tables = tables
        latest = nil
    }

    /// Begins to note changes.
    ///
    /// - Parameter source: Who adds to counters.
    func begin(on db: Database, source: UInt64) {
        self.source = source
        operations.removeAll()
        violation = nil
        mayHaveChangedTriggers = false
        undo.begin(changes: sqlite3_total_changes64(db.sqliteConnection))
        isRecording = true
    }

    /// Ends noting.
    func end(on db: Database) {
        guard isRecording else { return }
        undo.endStatement(
            changes: sqlite3_total_changes64(db.sqliteConnection), in: &operations,
            isOpen: Self.isWriting(db.sqliteConnection, besides: nil))
        isRecording = false
    }

    /// What was noted, packed.
    func takeOperations() -> [UInt8] {
        operations.bytes
    }

    /// Whether what was noted may have been undone, see ``RollbackTracker/mayHoldUndone``.
    var mayHoldUndone: Bool { undo.mayHoldUndone }

    private func beginStatement(_ statement: OpaquePointer, _ text: UnsafePointer<CChar>) {
        let connection = sqlite3_db_handle(statement)
        undo.endStatement(
            changes: sqlite3_total_changes64(connection), next: statement, in: &operations,
            isOpen: Self.isWriting(connection, besides: statement))
        undo.beginStatement(text, in: &operations)
        if SavepointCommand.mayChangeSchema(text) { mayHaveChangedTriggers = true }
    }

    /// Whether a statement that writes, such as INSERT with RETURNING, has begun and not ended.
    private static func isWriting(
        _ connection: OpaquePointer?, besides statement: OpaquePointer?
    ) -> Bool {
        var next = sqlite3_next_stmt(connection, nil)
        while let candidate = next {
            if candidate != statement, sqlite3_stmt_busy(candidate) != 0,
                sqlite3_stmt_readonly(candidate) == 0
            {
                return true
            }
            next = sqlite3_next_stmt(connection, candidate)
        }
        return false
    }

    // MARK: - The hook

    private func record(
        _ connection: OpaquePointer, _ operation: Int32, in schema: UnsafePointer<CChar>,
        _ name: UnsafePointer<CChar>, oldRow: SQLRowID, newRow: SQLRowID
    ) {
        guard isRecording else { return }
        guard let index = indexOfTable(named: name), strcmp(schema, "main") == 0 else { return }
        switch operation {
        case SQLITE_INSERT:
            if newRow == SQLRowID(.max) { refuse(.lastRowID, tables[index]) }
            check(insertInto: tables[index], connection)
            operations.append(.insert(first: newRow, count: 1), in: tables[index].id)
        case SQLITE_DELETE:
            guard let key = key(of: tables[index], connection) else { return }
            operations.append(.delete(row: oldRow, key: key), in: tables[index].id)
        default:
            if oldRow != newRow { refuse(.fixedKey, tables[index]) }
            recordUpdate(of: newRow, in: tables[index], connection)
        }
    }

    private func indexOfTable(named name: UnsafePointer<CChar>) -> Int? {
        if let latest, strcmp(tables[latest].cName, name) == 0 { return latest }
        latest = tables.firstIndex { strcmp($0.cName, name) == 0 }
        return latest
    }

    private func recordUpdate(
        of row: SQLRowID, in table: CapturedTable, _ connection: OpaquePointer
    ) {
        var size = 0
        for column in table.columns {
            var old: OpaquePointer?
            var new: OpaquePointer?
            guard
                sqlite3_preupdate_old(connection, column.position, &old) == SQLITE_OK,
                sqlite3_preupdate_new(connection, column.position, &new) == SQLITE_OK
            else { continue }
            size += Self.byteCount(new)
            guard !Self.areEqual(old, new) else { continue }
            if let rule = column.rule(old: old, new: new) { refuse(rule, table) }
            if column.policy == .counter {
                add(to: column, old: old, new: new, in: table, connection)
            } else {
                operations.append(.update(row: row, column: column.id), in: table.id)
            }
        }
        if size > Limits.rowBytes { refuse(.rowSize, table) }
        var old: OpaquePointer?
        var new: OpaquePointer?
        if sqlite3_preupdate_old(connection, table.keyPosition, &old) == SQLITE_OK,
            sqlite3_preupdate_new(connection, table.keyPosition, &new) == SQLITE_OK,
            !Self.areEqual(old, new)
        {
            refuse(.fixedKey, table)
        }
    }

    private func check(insertInto table: CapturedTable, _ connection: OpaquePointer) {
        var value: OpaquePointer?
        guard
            sqlite3_preupdate_new(connection, table.keyPosition, &value) == SQLITE_OK,
            sqlite3_value_type(value) == SQLITE_BLOB,
            sqlite3_value_bytes(value) == RowKey.byteCount
        else { return refuse(.keyShape, table) }
        var size = 0
        for column in table.columns {
            guard sqlite3_preupdate_new(connection, column.position, &value) == SQLITE_OK else {
                continue
            }
            size += Self.byteCount(value)
            if let rule = column.rule(old: nil, new: value) { refuse(rule, table) }
            if column.policy == .counter, sqlite3_value_int64(value) != 0 {
                add(to: column, old: nil, new: value, in: table, connection)
            }
        }
        if size > Limits.rowBytes { refuse(.rowSize, table) }
    }

    private func add(
        to column: CapturedTable.Column, old: OpaquePointer?, new: OpaquePointer?,
        in table: CapturedTable, _ connection: OpaquePointer
    ) {
        let known = old.map { sqlite3_value_int64($0) } ?? 0
        let difference = sqlite3_value_int64(new) &- known
        var value: OpaquePointer?
        guard
            sqlite3_preupdate_new(connection, table.keyPosition, &value) == SQLITE_OK,
            let key = Self.key(value)
        else { return refuse(.keyShape, table) }
        operations.append(
            .add(key: key, column: column.id, from: known, by: difference, source: source),
            in: table.id)
    }

    private func key(of table: CapturedTable, _ connection: OpaquePointer) -> RowKey? {
        var value: OpaquePointer?
        guard sqlite3_preupdate_old(connection, table.keyPosition, &value) == SQLITE_OK else {
            return nil
        }
        return Self.key(value)
    }

    private static func key(_ value: OpaquePointer?) -> RowKey? {
        guard
            let start = sqlite3_value_blob(value),
            sqlite3_value_bytes(value) == RowKey.byteCount
        else { return nil }
        return RowKey(
            high: UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    private func refuse(_ rule: CaptureRule, _ table: CapturedTable) {
        if violation == nil { violation = (table.name, rule) }
    }

    /// Bytes of a text or blob; a number costs nothing to ask.
    private static func byteCount(_ value: OpaquePointer?) -> Int {
        switch sqlite3_value_type(value) {
        case SQLITE_TEXT, SQLITE_BLOB: Int(sqlite3_value_bytes(value))
        default: 8
        }
    }

    private static func areEqual(_ left: OpaquePointer?, _ right: OpaquePointer?) -> Bool {
        let type = sqlite3_value_type(left)
        guard type == sqlite3_value_type(right) else { return false }
        switch type {
        case SQLITE_INTEGER: return sqlite3_value_int64(left) == sqlite3_value_int64(right)
        case SQLITE_FLOAT:
            return sqlite3_value_double(left).bitPattern == sqlite3_value_double(right).bitPattern
        case SQLITE_NULL: return true
        default:
            let count = sqlite3_value_bytes(left)
            guard count == sqlite3_value_bytes(right) else { return false }
            guard count > 0, let a = sqlite3_value_blob(left), let b = sqlite3_value_blob(right)
            else { return true }
            return memcmp(a, b, Int(count)) == 0
        }
    }
}
