import GRDB

/// Triggers of the app that run while changes are merged, when all others are disabled: they write
/// nothing that syncs.
///
/// SQLite can disable triggers only all together, except temporary ones. So those that must run are
/// created a second time, as temporary triggers, for the duration of the engine's transaction.
struct MergeTimeTriggers {
    /// As declared, see ``SyncSchema/mergeTimeTriggers``.
    let names: [String]
    let db: Database

    /// Runs `body`; the triggers fire meanwhile.
    func whileFiring<Value>(_ body: () throws -> Value) throws -> Value {
        guard !names.isEmpty else { return try body() }
        // One that was dropped since has nothing left to keep in step.
        let statements = try names.compactMap(temporary)
        for statement in statements { try db.execute(sql: statement.make) }
        let value = try body()
        // After an error the transaction is undone, and they with it.
        for statement in statements { try db.execute(sql: statement.drop) }
        return value
    }

    /// Checks that every declared trigger is there.
    func check() throws {
        for name in names where try temporary(name) == nil {
            throw SchemaError.missingTrigger(name)
        }
    }

    private func temporary(_ name: String) throws -> (make: String, drop: String)? {
        let stored = try String.fetchOne(
            db,
            sql: """
                SELECT sql FROM main.sqlite_master
                WHERE type = 'trigger' AND name = ? COLLATE NOCASE
                """, arguments: [name])
        // SQLite keeps the text as it was typed, from the name on, behind these two words.
        guard let stored, stored.hasPrefix(Self.head) else { return nil }
        return (
            "CREATE TEMP TRIGGER " + stored.dropFirst(Self.head.count),
            "DROP TRIGGER temp.\(quoted(name))"
        )
    }

    private static let head = "CREATE TRIGGER "
}
