/// The SQL that captures every write to a synced table, by whichever program.
///
/// Persistent triggers in plain SQL: they need no function of ours, so the `sqlite3` shell and any
/// other program run them too. They write a log that the store folds into clocks.
struct CaptureTriggers {
    let table: SyncedTable

    /// The kinds of log entries.
    enum Operation: Int64 {
        case insert = 0
        case update = 1
        case delete = 2
    }

    /// Drops and creates the triggers.
    var statements: [String] {
        var statements = ["insert", "update", "delete", "key"].map {
            "DROP TRIGGER IF EXISTS \(triggerName($0))"
        }
        statements += [insertTrigger, deleteTrigger, keyTrigger]
        if !table.columns.isEmpty { statements.append(updateTrigger) }
        return statements
    }

    /// Logs the rows that no clock knows yet: those written before the table was synced.
    var adoption: String {
        """
        INSERT INTO sync_log(tbl, row, op, columns, wall)
        SELECT \(table.id), id, \(Operation.insert.rawValue), \(table.columnBits), \(Self.wall)
        FROM \(quoted(table.name)) AS adopted
        WHERE NOT EXISTS (SELECT 1 FROM sync_rows WHERE tbl = \(table.id) AND row = adopted.id)
        AND NOT EXISTS (SELECT 1 FROM sync_log WHERE tbl = \(table.id) AND row = adopted.id)
        """
    }

    /// Milliseconds since 1970 UTC in plain SQL.
    static let wall = "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"

    private var insertTrigger: String {
        """
        CREATE TRIGGER \(triggerName("insert")) AFTER INSERT ON \(quoted(table.name)) BEGIN
        SELECT CASE WHEN typeof(NEW.id) <> 'blob' OR length(NEW.id) <> 16 THEN
        RAISE(ABORT, 'the id of a synced row is a blob of 16 bytes, such as randomblob(16)') END;
        \(sizeCheck)
        \(log(.insert, row: "NEW.id", columns: String(table.columnBits)))
        END
        """
    }

    private var updateTrigger: String {
        """
        CREATE TRIGGER \(triggerName("update")) AFTER UPDATE ON \(quoted(table.name))
        WHEN \(changedColumns) <> 0 BEGIN
        \(sizeCheck)
        \(log(.update, row: "NEW.id", columns: changedColumns))
        END
        """
    }

    private var deleteTrigger: String {
        """
        CREATE TRIGGER \(triggerName("delete")) AFTER DELETE ON \(quoted(table.name)) BEGIN
        \(log(.delete, row: "OLD.id", columns: "0"))
        END
        """
    }

    private var keyTrigger: String {
        """
        CREATE TRIGGER \(triggerName("key")) BEFORE UPDATE OF id ON \(quoted(table.name))
        WHEN OLD.id IS NOT NEW.id BEGIN
        SELECT RAISE(ABORT, 'the id of a synced row never changes: delete it and insert another');
        END
        """
    }

    private var sizeCheck: String {
        let sizes = table.columns.map {
            "ifnull(length(CAST(NEW.\(quoted($0.name)) AS BLOB)), 0)"
        }
        guard !sizes.isEmpty else { return "" }
        return """
            SELECT CASE WHEN \(sizes.joined(separator: " + ")) > \(Limits.rowBytes) THEN
            RAISE(ABORT, 'a synced row holds at most \(Limits.rowBytes) bytes') END;
            """
    }

    /// Bits of the columns whose stored values differ; a declared collation does not count.
    private var changedColumns: String {
        let terms = table.columns.map { column in
            let name = quoted(column.name)
            return "((OLD.\(name) COLLATE BINARY IS NOT NEW.\(name)"
                + " OR typeof(OLD.\(name)) <> typeof(NEW.\(name))) << \(column.id))"
        }
        return "(" + terms.joined(separator: " | ") + ")"
    }

    private func log(_ operation: Operation, row: String, columns: String) -> String {
        """
        INSERT INTO sync_log(tbl, row, op, columns, wall)
        VALUES(\(table.id), \(row), \(operation.rawValue), \(columns), \(Self.wall));
        """
    }

    private func triggerName(_ suffix: String) -> String {
        quoted("sync_\(table.name)_\(suffix)")
    }
}

/// `name` as an SQL identifier.
func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
}
