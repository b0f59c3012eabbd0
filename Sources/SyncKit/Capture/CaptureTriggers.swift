import GRDB

/// The SQL that captures what other programs write to a synced table.
///
/// Persistent triggers in plain SQL: they need no function of ours, so the `sqlite3` shell and any
/// other program run them. The store's own connection has them switched off and watches by a hook,
/// see ``WriteRecorder``.
struct CaptureTriggers {
    let table: SyncedTable

    /// Rises with every change of the triggers' text: a store whose triggers are of another version
    /// gets new ones.
    static let version = 1

    /// The kinds of log entries.
    enum Entry: Int64 {
        case insert = 0
        case update = 1
        case delete = 2
        /// A row with the key of one about to be inserted is there: if the insert happens, it
        /// replaced that row, and no delete is logged for it.
        case replace = 3
        /// A row is there with the values of a unique set that another is about to take: if
        /// REPLACE is in force it goes, and no delete is logged for it.
        case clash = 4
        /// A counter has another value; `columns` is its id.
        case add = 5
    }

    /// Creates the triggers that are missing or say something else, and drops those that the table
    /// should not have: after a change of the schema every connection reads all of it again.
    func install(in db: Database) throws {
        let (found, wanted) = (try installed(in: db), created)
        for name in found.keys.sorted() where found[name] != wanted[name] {
            try db.execute(sql: "DROP TRIGGER \(quoted(name))")
        }
        for (name, sql) in wanted.sorted(by: { $0.key < $1.key }) where found[name] != sql {
            try db.execute(sql: sql)
        }
    }

    /// Whether the table has just the triggers that it should have.
    func areInstalled(in db: Database) throws -> Bool {
        try installed(in: db) == created
    }

    /// The SQL of the triggers by name, as SQLite keeps it. A table that was renamed still has
    /// those that were made under its old name.
    private func installed(in db: Database) throws -> [String: String] {
        let found = try PreparedStatement(
            """
            SELECT name, sql, tbl_name = ? COLLATE NOCASE FROM sqlite_master
            WHERE type = 'trigger' AND name LIKE 'sync\\_%' ESCAPE '\\'
            """, in: db)
        try found.bind([.text(Array(table.name.utf8))])
        let names = Set(Suffix.allCases.map(name))
        var installed: [String: String] = [:]
        while try found.step() {
            let name = String(decoding: found.bytes(0), as: UTF8.self)
            let isOurs = Suffix.allCases.contains { name.hasSuffix("_\($0.rawValue)") }
            guard names.contains(name) || (found.integer(2) != 0 && isOurs) else { continue }
            installed[name] = String(decoding: found.bytes(1), as: UTF8.self)
        }
        return installed
    }

    private enum Suffix: String, CaseIterable {
        case insert, update, delete, key, replace, rules, clash, change
    }

    private var created: [String: String] {
        var created: [Suffix: String] = [
            .insert: insertTrigger, .replace: replaceTrigger, .delete: deleteTrigger,
            .key: keyTrigger,
        ]
        if !table.columns.isEmpty { created[.update] = updateTrigger }
        if !updateRules.isEmpty { created[.rules] = rulesTrigger }
        if !table.unique.isEmpty {
            created[.clash] = clashTrigger(.clash, "INSERT")
            created[.change] = clashTrigger(.change, "UPDATE")
        }
        return Dictionary(uniqueKeysWithValues: created.map { (name($0.key), $0.value) })
    }

    /// Milliseconds since 1970 UTC in plain SQL.
    static let wall = "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"

    private var insertTrigger: String {
        let counters = table.columns.filter { $0.policy == .counter }.map {
            refusal(unless: "typeof(NEW.\(quoted($0.name))) = 'integer'", .counter)
        }
        return """
            CREATE TRIGGER \(quoted(name(.insert))) AFTER INSERT ON \(quoted(table.name)) BEGIN
            \(refusal(unless: "typeof(NEW.id) = 'blob' AND length(NEW.id) = 16", .keyShape))
            \(refusal(unless: "NEW._rowid_ < \(Int64.max)", .lastRowID))
            \(counters.joined(separator: "\n"))
            \(sizeCheck)
            \(log(.insert, "NEW._rowid_", row: "NEW.id", columns: "0"))
            \(additions { _ in "0" })
            END
            """
    }

    /// What was added to counters, each by a source of its own: another program's writes may be
    /// copied with the file before the engine sees them.
    private func additions(to old: (String) -> String) -> String {
        table.columns.filter { $0.policy == .counter }.map { column in
            let (old, new) = (old(quoted(column.name)), "NEW.\(quoted(column.name))")
            return """
                INSERT INTO sync_external_changes(tbl, row_id, row, op, columns, wall, source, was,
                now) SELECT \(table.id), NEW._rowid_, NEW.id, \(Entry.add.rawValue), \(column.id),
                \(Self.wall), random(), \(old), \(new) WHERE \(old) <> \(new);
                """
        }.joined(separator: "\n")
    }

    private var replaceTrigger: String {
        """
        CREATE TRIGGER \(quoted(name(.replace))) BEFORE INSERT ON \(quoted(table.name))
        WHEN EXISTS (SELECT 1 FROM \(quoted(table.name)) WHERE id = NEW.id) BEGIN
        \(log(
            .replace, "(SELECT _rowid_ FROM \(quoted(table.name)) WHERE id = NEW.id)",
            row: "NEW.id", columns: "0"))
        END
        """
    }

    private func clashTrigger(_ suffix: Suffix, _ event: String) -> String {
        let entries = table.unique.map { set in
            let equal = set.map { "row.\(quoted($0)) = NEW.\(quoted($0))" }
                .joined(separator: " AND ")
            return """
                INSERT INTO sync_external_changes(tbl, row_id, row, op, columns, wall)
                SELECT \(table.id), row._rowid_, row.id, \(Entry.clash.rawValue), 0, \(Self.wall)
                FROM \(quoted(table.name)) AS row WHERE \(equal) AND row.id <> NEW.id;
                """
        }
        return """
            CREATE TRIGGER \(quoted(name(suffix))) BEFORE \(event) ON \(quoted(table.name)) BEGIN
            \(entries.joined(separator: "\n"))
            END
            """
    }

    private var updateTrigger: String {
        """
        CREATE TRIGGER \(quoted(name(.update))) AFTER UPDATE ON \(quoted(table.name))
        WHEN \(changedColumns) <> 0 BEGIN
        \(sizeCheck)
        \(updateLog)
        \(additions { "OLD.\($0)" })
        END
        """
    }

    private var updateLog: String {
        guard table.columns.contains(where: { $0.policy == .counter }) else {
            return log(.update, "NEW._rowid_", row: "NULL", columns: changedColumns)
        }
        let others = changes(of: table.columns.filter { $0.policy != .counter })
        return """
            INSERT INTO sync_external_changes(tbl, row_id, row, op, columns, wall)
            SELECT \(table.id), NEW._rowid_, NULL, \(Entry.update.rawValue), \(others), \(Self.wall)
            WHERE \(others) <> 0;
            """
    }

    private var deleteTrigger: String {
        """
        CREATE TRIGGER \(quoted(name(.delete))) AFTER DELETE ON \(quoted(table.name)) BEGIN
        \(log(.delete, "OLD._rowid_", row: "OLD.id", columns: "0"))
        END
        """
    }

    private var keyTrigger: String {
        """
        CREATE TRIGGER \(quoted(name(.key))) BEFORE UPDATE ON \(quoted(table.name))
        WHEN OLD.id IS NOT NEW.id OR OLD._rowid_ IS NOT NEW._rowid_ BEGIN
        SELECT RAISE(ABORT, '\(CaptureRule.fixedKey.rawValue)');
        END
        """
    }

    private var rulesTrigger: String {
        """
        CREATE TRIGGER \(quoted(name(.rules))) BEFORE UPDATE ON \(quoted(table.name)) BEGIN
        \(updateRules.joined(separator: "\n"))
        END
        """
    }

    private var updateRules: [String] {
        table.columns.compactMap { column in
            let (old, new) = ("OLD.\(quoted(column.name))", "NEW.\(quoted(column.name))")
            switch column.policy {
            case .lastWriter: return nil
            case .firstWriter:
                return refusal(
                    unless: """
                        \(old) IS NULL OR (\(old) COLLATE BINARY IS \(new)
                        AND typeof(\(old)) = typeof(\(new)))
                        """, .firstWriter)
            case .maximum:
                return refusal(
                    unless: """
                        \(old) IS NULL
                        OR (\(new) IS NOT NULL AND \(new) COLLATE BINARY >= \(old))
                        """, .maximum)
            case .counter: return refusal(unless: "typeof(\(new)) = 'integer'", .counter)
            }
        }
    }

    private func refusal(unless condition: String, _ rule: CaptureRule) -> String {
        "SELECT CASE WHEN NOT (\(condition)) THEN RAISE(ABORT, '\(rule.rawValue)') END;"
    }

    private var sizeCheck: String {
        let sizes = table.columns.map {
            "ifnull(length(CAST(NEW.\(quoted($0.name)) AS BLOB)), 0)"
        }
        guard !sizes.isEmpty else { return "" }
        return refusal(
            unless: "\(sizes.joined(separator: " + ")) <= \(Limits.rowBytes)", .rowSize)
    }

    /// Bits of the columns whose stored values differ; a declared collation does not count.
    private var changedColumns: String { changes(of: table.columns) }

    private func changes(of columns: [SyncedColumn]) -> String {
        guard !columns.isEmpty else { return "0" }
        let terms = columns.map { column in
            let name = quoted(column.name)
            return "((OLD.\(name) COLLATE BINARY IS NOT NEW.\(name)"
                + " OR typeof(OLD.\(name)) <> typeof(NEW.\(name))) << \(column.id))"
        }
        return "(" + terms.joined(separator: " | ") + ")"
    }

    private func log(_ entry: Entry, _ rowID: String, row: String, columns: String) -> String {
        """
        INSERT INTO sync_external_changes(tbl, row_id, row, op, columns, wall)
        VALUES(\(table.id), \(rowID), \(row), \(entry.rawValue), \(columns), \(Self.wall));
        """
    }

    private func name(_ suffix: Suffix) -> String {
        "sync_\(table.name)_\(suffix.rawValue)"
    }
}

/// `name` as an SQL identifier.
func quoted(_ name: String) -> String {
    // Hardly any name has a quote inside, and looking for one by characters takes long.
    guard name.utf8.contains(UInt8(ascii: "\"")) else { return "\"\(name)\"" }
    return "\"" + name.replacing("\"", with: "\"\"") + "\""
}
