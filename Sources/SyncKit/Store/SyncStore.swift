import Crypto
import Foundation
public import GRDB

/// A database of ordinary SQLite tables whose rows are the same on every replica.
///
/// Reads and writes are plain SQL or GRDB records. Every write to a declared table is captured,
/// whichever program makes it. All writes of one ``write(_:)`` carry one stamp.
/// Several processes may have the same store open.
public final class SyncStore: Sendable {
    /// What syncs.
    public let schema: SyncSchema

    let pool: DatabasePool
    let environment: SyncEnvironment

    /// Opens the store at `path`, making it where there is none.
    ///
    /// - Parameters:
    ///   - path: The SQLite file.
    ///   - schema: The tables that sync; they must exist once `migrator` has run.
    ///   - migrator: Makes and changes the app's tables.
    ///   - environment: The clock and the random numbers.
    /// - Throws: ``SchemaError`` where a declared table cannot sync, ``StoreError`` where the file
    ///   is of a newer version, `DatabaseError` where SQLite fails.
    public init(
        path: String, schema: SyncSchema, migrator: DatabaseMigrator,
        environment: SyncEnvironment = .system
    ) throws {
        self.schema = schema
        self.environment = environment
        pool = try DatabasePool(path: path, configuration: Self.configuration)
        try migrator.migrate(pool)
        try pool.write { db in
            try StoreInstaller(db: db, schema: schema, environment: environment).install()
        }
    }

    /// Reads from a consistent snapshot.
    public func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try pool.read(body)
    }

    /// Writes in one transaction; a throw undoes all of it.
    public func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try pool.write { db in
            let folder = ChangeLogFolder(db: db, schema: schema)
            try folder.foldForeign()
            let value = try body(db)
            try folder.foldTransaction(wall: try correctedWall(db))
            return value
        }
    }

    /// This copy of the library.
    public var replica: ReplicaID {
        get throws { try pool.read { try StoreState(db: $0).replica } }
    }

    /// How many rows hold changes that the server has not acknowledged.
    public func pendingChangeCount() throws -> Int {
        try pool.write { db in
            try ChangeLogFolder(db: db, schema: schema).foldForeign()
            return try Int.fetchOne(db, sql: "SELECT count(*) FROM sync_outbox") ?? 0
        }
            + pool.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM sync_segments") ?? 0
            }
    }

    /// How many received segments are set aside because they could not be applied.
    public func quarantinedSegmentCount() throws -> Int {
        try pool.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM sync_quarantine") ?? 0
        }
    }

    /// The server's place up to which everything is applied here.
    public func cursor() throws -> Int64 {
        try pool.read { try StoreState(db: $0).cursor }
    }

    /// Notes what must be added to this device's clock to get server time.
    public func setClockOffset(_ offset: Duration) throws {
        let (seconds, attoseconds) = offset.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        try pool.write { db in
            try StoreState(db: db).set("clock_offset", .integer(milliseconds))
        }
    }

    /// This device's clock as corrected by the last server time, in milliseconds since 1970 UTC.
    func correctedWall(_ db: Database) throws -> UInt64 {
        let wall = Int64(clamping: environment.wallMilliseconds())
        let (corrected, overflow) = wall.addingReportingOverflow(try StoreState(db: db).clockOffset)
        return overflow ? UInt64(wall) : UInt64(clamping: corrected)
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            // An accepted write survives a power cut: WAL with a sync at each commit.
            try db.execute(sql: "PRAGMA synchronous = FULL")
        }
        return configuration
    }
}
