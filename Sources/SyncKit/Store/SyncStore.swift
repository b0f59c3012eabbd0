import Foundation
public import GRDB
import Synchronization

/// A database of ordinary SQLite tables whose rows are the same on every replica.
///
/// Reads and writes are plain SQL or GRDB records. Every write to a declared table is captured,
/// whichever program makes it. All writes of one ``write(_:)`` carry one stamp and merge as one.
/// Several processes may have the same store open.
public final class SyncStore: Sendable {
    /// What syncs.
    public let schema: SyncSchema

    let pool: DatabasePool
    let environment: SyncEnvironment
    let writer: LocalWriter
    /// Why nothing is written where the store was opened to read only.
    let refusal: (any Error)?

    /// What survives a power cut; a crash of the program loses nothing either way.
    public enum Durability: String, Sendable {
        /// Every accepted write: each is forced to disk.
        case full = "FULL"
        /// All but the last writes, in order: for data that can be had again.
        case normal = "NORMAL"
    }

    /// Opens the store at `path`, making it where there is none.
    ///
    /// - Parameters:
    ///   - path: The SQLite file.
    ///   - schema: The tables that sync; they must exist once `migrator` has run.
    ///   - migrator: Makes and changes the app's tables.
    ///   - environment: The clock and the random numbers.
    ///   - configuration: How SQLite is opened; begin with ``defaultConfiguration``.
    ///   - durability: What survives a power cut.
    /// - Throws: ``SchemaError`` where a declared table cannot sync, ``StoreError`` where the file
    ///   is of a newer version, `DatabaseError` where SQLite fails.
    public init(
        path: String, schema: SyncSchema, migrator: DatabaseMigrator,
        environment: SyncEnvironment = .system,
        configuration: Configuration = SyncStore.defaultConfiguration,
        durability: Durability = .full
    ) throws {
        self.schema = schema
        self.environment = environment
        refusal = nil
        writer = LocalWriter(schema: schema, environment: environment)
        pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            // GRDB sets NORMAL once WAL is on, and does not see it where switching to WAL failed.
            try db.execute(sql: "PRAGMA synchronous = \(durability.rawValue)")
            // What is deleted is overwritten, on every build of SQLite; see `erase(_:)`.
            try db.execute(sql: "PRAGMA secure_delete = ON")
            guard try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal" else {
                throw StoreError.damaged("journal mode")
            }
        }
        let installer = StoreInstaller(schema: schema, environment: environment)
        try installer.install(in: pool, migrator: migrator, writer: writer)
    }

    /// Opens a store that is there and cannot be written, on a full disk for example, to read it.
    ///
    /// - Parameters:
    ///   - path: The SQLite file, or a URI that SQLite understands.
    ///   - schema: The tables that sync.
    ///   - environment: The clock and the random numbers.
    ///   - refusal: What every write throws.
    /// - Throws: `DatabaseError` where it cannot be read either.
    public init(
        reading path: String, schema: SyncSchema, environment: SyncEnvironment = .system,
        refusing refusal: any Error
    ) throws {
        self.schema = schema
        self.environment = environment
        self.refusal = refusal
        writer = LocalWriter(schema: schema, environment: environment)
        var configuration = Self.defaultConfiguration
        configuration.readonly = true
        pool = try DatabasePool(path: path, configuration: configuration)
        try pool.read { db in
            guard try db.hasTable("sync_state") else { throw refusal }
        }
    }

    deinit {
        writer.release()
    }

    /// Whether it was opened to be read only.
    public var isReadOnly: Bool { refusal != nil }

    /// Reads from a consistent snapshot.
    public func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try pool.read(body)
    }

    /// Writes in one transaction; a throw undoes all of it.
    ///
    /// - Throws: What `body` throws; ``StoreError/refused(table:reason:)`` where a write cannot be
    ///   synced; `DatabaseError` where SQLite fails.
    public func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        if let refusal { throw refusal }
        return try pool.writeWithoutTransaction { db in
            try writer.write(db, body)
        }
    }

    /// This copy of the library.
    public var replica: ReplicaID {
        get throws { try pool.read { try StoreState(db: $0).replica } }
    }

    /// How many rows hold changes that the server has not acknowledged.
    public func pendingChangeCount() throws -> Int {
        let isUpToDate = try pool.read { db in
            try !PendingChanges(db).exist() && !ExternalChangeLog.hasEntries(in: db)
        }
        if isUpToDate { return 0 }
        return try engineWrite {
            try PendingExport(session: $0, after: { try $0.acknowledged }).rowCount()
        }
    }

    /// How many conflicts were found since the store was opened.
    var conflictsFound: Int { writer.conflictsFound.load(ordering: .relaxed) }

    /// How many received segments are set aside because they could not be applied.
    public func quarantinedSegmentCount() throws -> Int {
        try pool.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM sync_quarantine") ?? 0
        }
    }

    /// The sequence up to which everything is applied here.
    public func cursor() throws -> ServerSequence {
        try pool.read { try StoreState(db: $0).cursor }
    }

    /// Notes what must be added to this device's clock to get server time.
    public func setClockOffset(_ offset: Duration) throws {
        try engineWrite { try StoreState(db: $0.db).setClockOffset(offset) }
    }

    /// Runs the engine's own work in a transaction.
    func engineWrite<Value>(_ body: (StoreSession) throws -> Value) throws -> Value {
        if let refusal { throw refusal }
        return try pool.writeWithoutTransaction { db in
            try writer.engineWrite(db, body)
        }
    }

    /// This device's clock as corrected by the last server time, in milliseconds since 1970 UTC.
    func correctedWall(_ db: Database) throws -> UInt64 {
        environment.correctedMilliseconds(offset: try StoreState(db: db).clockOffset)
    }

    /// Waits up to 10 s for other writers.
    public static var defaultConfiguration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        return configuration
    }
}

extension SyncStore {
    /// The result of a query, now and again after every change to what it read.
    ///
    /// It sees the writes of this store and what an exchange merges. A write of another process is
    /// noticed at the next write or exchange here: no process wakes another one. One change may
    /// deliver the same value twice; of changes that come faster than they are consumed only the
    /// newest value is delivered. The observation ends when its task is cancelled or the iterator
    /// is released, and throws what `fetch` throws.
    ///
    /// - Parameter fetch: Reads from a consistent snapshot, away from the caller's thread.
    /// - Returns: The values; each iteration starts with the current one.
    public func observe<Value: Sendable>(
        _ fetch: @escaping @Sendable (Database) throws -> Value
    ) -> some AsyncSequence<Value, any Error> & Sendable {
        ValueObservation.tracking(fetch).values(in: pool, bufferingPolicy: .bufferingNewest(1))
    }
}
