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
