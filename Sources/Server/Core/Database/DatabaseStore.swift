import Synchronization

/// A database that transactions are run on: a file of SQLite, or PostgreSQL.
protocol DatabaseStore: Sendable {
    /// Whether other instances of the server may use it at the same time.
    var isShared: Bool { get }

    /// Notifies every instance that something of an account changed; waits for it.
    func announce(_ account: String) throws

    /// Writes tables anew so that nothing which was deleted from them is left in the database's
    /// files, as far as the database can say; waits for it. Call it in no transaction.
    func rewrite(_ tables: [String]) throws

    /// Empties the log beside the database, which holds what was deleted until it is written over;
    /// waits for it. Where readers stand in the way that is left for the next time.
    func emptyLog()

    /// The same without blocking the caller's thread.
    func emptyLog() async

    /// Runs `body` on one state of the database, which it must not change; waits for it.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result

    /// Runs `body` in one transaction, which is durable when this returns and undone where it
    /// throws; waits for it.
    ///
    /// `body` may run again from the start where the database rolled it back for another one.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result

    /// Runs `body` on one state of the database, without blocking the caller's thread.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result

    /// Runs `body` in one transaction, without blocking the caller's thread.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result
}

/// Another store, with its waiting and working times counted.
struct MeasuredStore: DatabaseStore {
    /// The store that does the work.
    let base: any DatabaseStore
    let metrics: ServerMetrics

    var isShared: Bool { base.isShared }

    func announce(_ account: String) throws { try base.announce(account) }

    func rewrite(_ tables: [String]) throws { try base.rewrite(tables) }

    func emptyLog() { base.emptyLog() }

    func emptyLog() async { await base.emptyLog() }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        let turn = Turn(.read, metrics)
        defer { turn.end() }
        return try base.read { db in
            turn.begin()
            return try body(db)
        }
    }

    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        let turn = Turn(.write, metrics)
        defer { turn.end() }
        return try base.write { db in
            turn.begin()
            return try body(db)
        }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        let turn = Turn(.read, metrics)
        defer { turn.end() }
        return try await base.read { db in
            turn.begin()
            return try body(db)
        }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        let turn = Turn(.write, metrics)
        defer { turn.end() }
        return try await base.write { db in
            turn.begin()
            return try body(db)
        }
    }
}

/// One transaction from being asked for to its end.
private final class Turn: Sendable {
    private let access: ServerMetrics.Access
    private let metrics: ServerMetrics
    private let asked = ContinuousClock.now
    /// When it was first run: one that the database makes give way is run again.
    private let began = Mutex<ContinuousClock.Instant?>(nil)

    init(_ access: ServerMetrics.Access, _ metrics: ServerMetrics) {
        self.access = access
        self.metrics = metrics
    }

    func begin() {
        let now = ContinuousClock.now
        let isFirst = began.withLock { began in
            defer { began = began ?? now }
            return began == nil
        }
        if isFirst { metrics.wait(for: access, now - asked) }
    }

    /// One that never got a connection waited for all of its time.
    func end() {
        let now = ContinuousClock.now
        guard let began = began.withLock({ $0 }) else {
            return metrics.wait(for: access, now - asked)
        }
        metrics.use(of: access, now - began)
    }
}
