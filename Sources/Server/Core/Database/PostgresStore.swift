import Foundation
import NIOPosix
import Synchronization

/// The server's tables in PostgreSQL, which several instances of the server share.
///
/// Transactions run on a pool of threads with a connection each; one more waits for its turn. The
/// isolation is READ COMMITTED: whoever changes an account locks it first (``Database/lock(_:)``),
/// and what accounts share (invites, nonces, counts) is decided by single statements.
final class PostgresStore: DatabaseStore {
    private let address: String
    private let onStatement: StatementTrace?
    private let fingerprints = FingerprintCache()
    private let threads: NIOThreadPool
    /// Connections that wait for work; at most as many as threads, as only those take any.
    private let idle = Mutex<[PostgresConnection]>([])

    /// Connects, and makes or upgrades the tables.
    ///
    /// - Parameters:
    ///   - address: A connection URI (`postgres://…`).
    ///   - isMigrating: False leaves the tables as they are.
    /// - Throws: ``PostgresError``.
    init(
        address: String, connections: Int, isMigrating: Bool = true,
        onStatement: StatementTrace? = nil
    ) throws {
        _ = try PostgresTools(address)
        self.address = address
        self.onStatement = onStatement
        threads = NIOThreadPool(numberOfThreads: connections)
        threads.start()
        if isMigrating { try migrate() }
    }

    deinit {
        threads.shutdownGracefully { _ in }
    }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", body)
    }

    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try transaction("BEGIN", body)
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await threads.runIfActive { try self.read(body) }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await threads.runIfActive { try self.write(body) }
    }

    var isShared: Bool { true }

    func announce(_ account: String) throws {
        try write { db in try Self.announce(account, in: db) }
    }

    func rewrite(_ tables: [String]) throws {
        let connection = try take()
        defer { give(back: connection) }
        // In no transaction, one by one: each waits until nobody uses its table.
        for table in tables { try connection.script("VACUUM FULL \(table)") }
    }

    /// Its log is of the whole cluster, and its operator's to keep or delete.
    func emptyLog() {}

    /// The same.
    func emptyLog() async {}

    /// Notifies every instance that something of these accounts changed.
    func announce(_ accounts: [String]) async throws {
        try await write { db in for account in accounts { try Self.announce(account, in: db) } }
    }

    /// In a transaction of its own, not in the one that changed something: those that notify
    /// commit one by one.
    private static func announce(_ account: String, in db: Database) throws {
        _ = try db.rows("SELECT 1 FROM pg_notify(?1, ?2)", [channel, account])
    }

    /// The channel of announcements.
    static let channel = "atelier"

    /// A connection of one's own, for waiting on notifications.
    func listen() throws -> PostgresConnection {
        let connection = try PostgresConnection(address)
        try connection.script("LISTEN \(Self.channel)")
        return connection
    }

    private func transaction<Result>(
        _ begin: String, _ body: (Database) throws -> Result
    ) throws -> Result {
        var attempt = 1
        while true {
            let connection = try take()
            do {
                try connection.post(SQLStatement(begin))
                let result = try body(
                    Database(connection, fingerprints: fingerprints, onStatement: onStatement))
                try commit(connection)
                give(back: connection)
                return result
            } catch {
                undo(connection)
                guard let error = error as? PostgresError, isRepeatable(error),
                    attempt < Limits.transactionAttempts
                else { throw error }
                attempt += 1
            }
        }
    }

    /// Whether the transaction left nothing behind and may succeed when it is run again.
    private func isRepeatable(_ error: PostgresError) -> Bool {
        // A connection that broke before the commit took its transaction with it.
        error.isTransient || error.state == nil
    }

    /// - Throws: ``CommitUnknownError`` where the connection broke, so that nobody runs it twice.
    private func commit(_ connection: PostgresConnection) throws {
        do {
            _ = try connection.run([SQLStatement("COMMIT")])
        } catch let error as PostgresError where error.state == nil {
            throw CommitUnknownError()
        }
    }

    private func undo(_ connection: PostgresConnection) {
        // One that cannot be rolled back is not given out again.
        if !connection.isIdle { try? connection.rollBack() }
        give(back: connection)
    }

    private func take() throws -> PostgresConnection {
        try idle.withLock { $0.popLast() } ?? PostgresConnection(address)
    }

    private func give(back connection: PostgresConnection) {
        guard connection.isAlive, connection.isIdle else {
            // The others most likely broke with it, as when the database fails over.
            return idle.withLock { $0.removeAll() }
        }
        idle.withLock { $0.append(connection) }
    }

    /// Several instances may start at once: one makes the tables, the others wait and find them.
    private func migrate() throws {
        try transaction("BEGIN") { db in
            _ = try db.rows("SELECT 1 FROM pg_advisory_xact_lock(?1)", [Self.migrationLock])
            try db.execute(
                "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY NOT NULL)")
            let done: Set<String> = try Set(
                db.rows("SELECT name FROM migration").map { try $0["name"] })
            try Schema.refuseNewer(done)
            for step in Schema.steps where !done.contains(step.name) {
                try db.script(step.sql(for: .postgres))
                try db.execute("INSERT INTO migration (name) VALUES (?1)", [step.name])
            }
        }
    }

    /// Any number that no other program locks by.
    private static let migrationLock = 0x4154_454C_4945_52
}

/// The connection broke while a transaction was committed: it may or may not have been.
struct CommitUnknownError: Error, CustomStringConvertible {
    var description: String { "PostgreSQL broke off while it committed. Try again." }
}
