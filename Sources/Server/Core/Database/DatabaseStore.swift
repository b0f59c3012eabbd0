/// A database that transactions are run on: a file of SQLite, or PostgreSQL.
protocol DatabaseStore: Sendable {
    /// Whether other instances of the server may stand on it.
    var isShared: Bool { get }

    /// Tells every instance that something of an account changed; waits for it.
    func announce(_ account: String) throws

    /// Runs `body` on one state of the database, which it must not change; waits for it.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result

    /// Runs `body` in one transaction, which is durable when this returns and undone where it
    /// throws; waits for it.
    ///
    /// `body` may run again from the start where the database made it give way to another.
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
    let metrics: Metrics

    var isShared: Bool { base.isShared }

    func announce(_ account: String) throws { try base.announce(account) }

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
private struct Turn: Sendable {
    private let access: Metrics.Access
    private let metrics: Metrics
    private let asked = ContinuousClock.now

    init(_ access: Metrics.Access, _ metrics: Metrics) {
        self.access = access
        self.metrics = metrics
    }

    /// Each try of a transaction that is run again counts as one that began.
    func begin() { metrics.wait(for: access, ContinuousClock.now - asked) }

    func end() { metrics.work(on: access, ContinuousClock.now - asked) }
}
