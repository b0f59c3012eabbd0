import Crypto
import Foundation
import GRDB

/// Makes the engine's tables and triggers, and keeps them in step with the declared schema.
struct StoreInstaller {
    let schema: SyncSchema
    let environment: SyncEnvironment

    /// Migrates the app's tables, then installs; the connection is watched from here on.
    func install(
        in pool: DatabasePool, migrator: DatabaseMigrator, writer: LocalWriter
    ) throws {
        let isReady = try pool.writeWithoutTransaction { db in
            guard try isAsItWas(db, migrator) else { return false }
            writer.install(on: db)
            return true
        }
        if !isReady { try migrateAndInstall(in: pool, migrator: migrator, writer: writer) }
    }

    /// Whether nothing has changed since the store was opened last, as is usual: what was checked
    /// once holds as long as neither schema changes.
    private func isAsItWas(_ db: Database, _ migrator: DatabaseMigrator) throws -> Bool {
        guard !migrator.eraseDatabaseOnSchemaChange else { return false }
        var isAsItWas = false
        try db.inTransaction(.deferred) {
            let objects = try DatabaseObjects(db)
            isAsItWas =
                try RowIDSentinel(db).holds(objects) && isUnchanged(db, objects)
                && hasMigrated(db, migrator.migrations, objects)
            return .commit
        }
        return isAsItWas
    }

    /// Whether all of `migrations` have run.
    private func hasMigrated(
        _ db: Database, _ migrations: [String], _ objects: DatabaseObjects
    ) throws -> Bool {
        guard !migrations.isEmpty else { return true }
        guard objects.hasTable("grdb_migrations") else { return false }
        let applied = try String.fetchSet(db, sql: "SELECT identifier FROM grdb_migrations")
        return applied.isSuperset(of: migrations)
    }

    private func migrateAndInstall(
        in pool: DatabasePool, migrator: DatabaseMigrator, writer: LocalWriter
    ) throws {
        // Triggers are on and the hook is off: what a migration writes is captured like any other
        // program's write.
        let isInstalled = try pool.write { db in
            try refuseNewer(db)
            let isInstalled = try db.hasTable("sync_state")
            if isInstalled, try !migrator.hasCompletedMigrations(db) {
                try RowIDGuard(db: db, schema: schema).note()
            }
            return isInstalled
        }
        try migrator.migrate(pool)
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                if !isInstalled { try makeTables(db) }
                try RowIDGuard(db: db, schema: schema).follow()
                return .commit
            }
            for table in schema.allTables { try SchemaCheck(table: table, db: db).run() }
            try MergeTimeTriggers(names: schema.mergeTimeTriggers, db: db).check()
            writer.install(on: db)
            try writer.engineWrite(db) { try update($0) }
        }
    }

    private func isUnchanged(_ db: Database, _ objects: DatabaseObjects) throws -> Bool {
        guard objects.hasTable("sync_state") else { return false }
        let state = StoreState(db: db)
        return try state.integer("version") == StoreTables.version
            && state.installedSchema == signature
            && state.bytes("database_schema") == objects.signature
    }

    /// Brings the engine's tables in step with the declared schema and with the database.
    private func update(_ session: StoreSession) throws {
        let state = StoreState(db: session.db)
        let wanted = signature
        var added: Set<TableID> = []
        for table in schema.allTables {
            for statement in StoreTables.statements(table: table.id) {
                try session.db.execute(sql: statement)
            }
            try CaptureTriggers(table: table).install(in: session.db)
            if try state.tableName(table.id) == nil { added.insert(table.id) }
            try state.setTableName(table.name, of: table.id)
        }
        if try state.installedSchema != wanted { try session.declareColumns() }
        let repair = Repair(session: session, environment: environment)
        if try !RowIDSentinel(session.db).holds(DatabaseObjects(session.db)) {
            // The database was copied row by row: no clock belongs to its row.
            try repair.dropClocks()
        }
        try state.set("database_schema", .blob(try DatabaseObjects(session.db).signature))
        let isOther = try state.installedSchema != wanted
        // A column may take now what it refused before.
        guard isOther || session.hasPendingDependencies else { return }
        try ChangeLogCompactor(session: session).compact()
        if isOther {
            try repair.adoptSeeds(of: added)
            try repair.adoptUnknownRows()
        }
        try PendingDependencies(session).releaseAll(wall: environment.wallMilliseconds())
        if isOther { try state.set("schema", .blob(wanted)) }
    }

    private func refuseNewer(_ db: Database) throws {
        guard try db.hasTable("sync_state") else { return }
        let version = try Int64.fetchOne(
            db, sql: "SELECT value FROM sync_state WHERE name = 'version'")
        guard let version else { throw StoreError.damaged("sync_state.version") }
        guard version == StoreTables.version else {
            throw StoreError.newerVersion(found: version, known: StoreTables.version)
        }
    }

    private func makeTables(_ db: Database) throws {
        for statement in StoreTables.statements { try db.execute(sql: statement) }
        try RowIDSentinel(db).set()
        let state = StoreState(db: db)
        try state.set("version", .integer(StoreTables.version))
        try state.set("replica", .blob(environment.randomBytes(ReplicaID.byteCount)))
    }

    /// Changes whenever the declared tables do, or what the triggers made of them say.
    private var signature: [UInt8] {
        var writer = ByteWriter()
        func append(_ text: String) {
            writer.append(count: text.utf8.count)
            writer.append(text.utf8)
        }
        writer.append(count: CaptureTriggers.version)
        writer.append(count: schema.allTables.count)
        for table in schema.allTables {
            append(table.name)
            writer.append(count: table.id.rawValue)
            writer.append(count: table.columns.count)
            for column in table.columns {
                append(column.name)
                writer.append(byte: column.id.rawValue)
                writer.append(byte: column.policy.rawValue)
            }
            writer.append(count: table.references.count)
            for reference in table.references {
                append(reference.column)
                append(reference.parent)
                writer.append(byte: reference.onDelete == .cascade ? 1 : 0)
                writer.append(byte: reference.onCycle.map { $0 == .setNull ? 2 : 1 } ?? 0)
            }
            writer.append(count: table.unique.count)
            for set in table.unique {
                writer.append(count: set.count)
                set.forEach(append)
            }
        }
        schema.mergeTimeTriggers.forEach(append)
        return Array(SHA256.hash(data: writer.bytes))
    }
}
