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
        // Triggers are on and the hook is off: what a migration writes is captured like any other
        // program's write.
        try pool.write { try refuseNewer($0) }
        try migrator.migrate(pool)
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                if try !db.tableExists("sync_state") { try makeTables(db) }
                return .commit
            }
            for table in schema.tables { try SchemaCheck(table: table, db: db).run() }
            try writer.install(on: db)
            try writer.engineWrite(db) { session in
                let state = StoreState(db: db)
                let wanted = signature
                guard try state.installedSchema != wanted else { return }
                for table in schema.tables {
                    for statement in StoreTables.statements(table: table.id) {
                        try db.execute(sql: statement)
                    }
                    for statement in CaptureTriggers(table: table).statements {
                        try db.execute(sql: statement)
                    }
                }
                try LogFolder(session: session).fold()
                try adopt(session)
                try WaitingRoom(session).releaseAll(wall: environment.wallMilliseconds())
                try state.set("schema", .blob(wanted))
            }
        }
    }

    private func refuseNewer(_ db: Database) throws {
        guard try db.tableExists("sync_state") else { return }
        let version = try Int64.fetchOne(
            db, sql: "SELECT value FROM sync_state WHERE name = 'version'")
        guard let version else { throw StoreError.damaged("sync_state.version") }
        guard version == StoreTables.version else {
            throw StoreError.newerVersion(found: version, known: StoreTables.version)
        }
    }

    private func makeTables(_ db: Database) throws {
        for statement in StoreTables.statements { try db.execute(sql: statement) }
        let state = StoreState(db: db)
        try state.set("version", .integer(StoreTables.version))
        try state.set("replica", .blob(environment.randomBytes(ReplicaID.byteCount)))
    }

    /// Dates the rows that no clock knows: those written before their table was synced.
    private func adopt(_ session: StoreSession) throws {
        let db = session.db
        var log = OperationLog()
        for table in try session.allTables() {
            let rows = try PreparedStatement(
                "SELECT _rowid_ FROM \(quoted(table.table.name)) ORDER BY _rowid_", in: db)
            while try rows.step() {
                let place = rows.integer(0)
                if try table.runs.stamp(at: place) == nil {
                    log.append(.insert(first: place, count: 1), in: table.table.id)
                }
            }
        }
        let operations = log.bytes
        guard !operations.isEmpty else { return }
        let state = StoreState(db: db)
        var clock = try state.clock
        let time = try clock.tick(wall: environment.wallMilliseconds())
        try session.stamps.append(
            Stamp(time: time, replica: try state.replica), seen: try state.cursor, sequence: nil,
            operations: operations)
        try LogFolder(session: session).fold()
    }

    /// Changes whenever the declared tables or the triggers' text do.
    private var signature: [UInt8] {
        let text = schema.tables.map { table in
            CaptureTriggers(table: table).statements.joined(separator: "\n")
                + table.columns.map { "\($0.name) \($0.id) \($0.policy)" }.joined(separator: "\n")
        }
        return Array(SHA256.hash(data: Data(text.joined(separator: "\n").utf8)))
    }
}
