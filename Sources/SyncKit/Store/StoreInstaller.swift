import Crypto
import Foundation
import GRDB

/// Makes the engine's tables and triggers, and keeps them in step with the declared schema.
struct StoreInstaller {
    let db: Database
    let schema: SyncSchema
    let environment: SyncEnvironment

    func install() throws {
        if try !db.tableExists("sync_state") { try makeTables() }
        let state = StoreState(db: db)
        let version = try Int64.fetchOne(
            db, sql: "SELECT value FROM sync_state WHERE name = 'version'")
        guard let version else { throw StoreError.damaged("sync_state.version") }
        guard version <= StoreTables.version else {
            throw StoreError.newerVersion(found: version, known: StoreTables.version)
        }
        let wanted = signature
        guard try state.installedSchema != wanted else { return }
        for table in schema.tables {
            try check(table)
            let triggers = CaptureTriggers(table: table)
            for statement in triggers.statements { try db.execute(sql: statement) }
            try db.execute(sql: triggers.adoption)
        }
        try ChangeLogFolder(db: db, schema: schema).foldForeign()
        try ChangeMerger(db: db, schema: schema).retryAllWaiting()
        try state.set("schema", .blob(wanted))
    }

    private func makeTables() throws {
        for statement in StoreTables.statements { try db.execute(sql: statement) }
        let state = StoreState(db: db)
        try state.set("version", .integer(StoreTables.version))
        try state.set("replica", .blob(environment.randomBytes(ReplicaID.byteCount)))
    }

    /// Changes whenever the declared tables or the triggers' text do.
    private var signature: [UInt8] {
        let text = schema.tables.map { table in
            let triggers = CaptureTriggers(table: table)
            return (triggers.statements + [triggers.adoption]).joined(separator: "\n")
        }
        return Array(SHA256.hash(data: Data(text.joined(separator: "\n").utf8)))
    }

    private func check(_ table: SyncedTable) throws {
        guard try db.tableExists(table.name) else { throw SchemaError.missingTable(table.name) }
        let columns = try db.columns(in: table.name)
        let names = Set(columns.map { $0.name.lowercased() })
        for column in table.columns where !names.contains(column.name.lowercased()) {
            throw SchemaError.missingColumn(table: table.name, column: column.name)
        }
        let key = columns.first { $0.name.lowercased() == "id" }
        guard
            let key, key.isNotNull, key.type.uppercased() == "BLOB",
            try db.primaryKey(table.name).columns.map({ $0.lowercased() }) == ["id"]
        else { throw SchemaError.unsuitableKey(table: table.name) }
        guard try db.foreignKeys(on: table.name).isEmpty else {
            throw SchemaError.unsupportedConstraint(table: table.name, constraint: "FOREIGN KEY")
        }
        let unique = try db.indexes(on: table.name).contains { index in
            index.isUnique && index.columns.map { $0.lowercased() } != ["id"]
        }
        guard !unique else {
            throw SchemaError.unsupportedConstraint(table: table.name, constraint: "UNIQUE")
        }
    }
}
