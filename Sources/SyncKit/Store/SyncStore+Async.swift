public import GRDB

extension SyncStore {
    /// Reads from a consistent snapshot, and suspends the task meanwhile: no thread waits.
    ///
    /// The names differ from those of ``read(_:)`` and ``write(_:)``: where a function has an
    /// `async` version of the same name, code that is `async` itself cannot call the blocking one.
    ///
    /// - Throws: What `body` throws; `CancellationError` where the task is cancelled.
    public func asyncRead<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await pool.read(body)
    }

    /// Writes in one transaction, and suspends the task meanwhile: no thread waits for other
    /// writers, or for a merge. A throw undoes all of it, as does a task that is cancelled before
    /// the commit.
    ///
    /// - Throws: As ``write(_:)``; `CancellationError` where the task is cancelled.
    public func asyncWrite<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        if let refusal { throw refusal }
        return try await pool.writeWithoutTransaction { [writer] db in
            try writer.write(db, body)
        }
    }

    /// The database, to read from: for GRDB's `ValueObservation`, GRDBQuery and whatever else takes
    /// a reader.
    ///
    /// What is observed is told as by ``observe(_:)``. Write through the store alone: what is
    /// written past it by the same program is not captured.
    public var reader: any DatabaseReader { pool }
}
