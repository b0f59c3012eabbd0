import Foundation
import GRDB
import Synchronization

/// Runs the transactions that wait for the one writer of a SQLite file, several in one commit: the
/// disk is waited for once for all of them, not once for each.
///
/// Each of them is a savepoint, so that one that throws is undone alone. None returns before the
/// commit that it is part of is on the disk; where that fails, all of them throw.
final class GroupCommit: Sendable {
    private struct State {
        var waiting: [any WaitingWrite] = []
        var isRunning = false
    }

    private let pool: DatabasePool
    private let turnstile: Turnstile
    private let state = Mutex(State())

    init(_ pool: DatabasePool, _ turnstile: Turnstile) {
        self.pool = pool
        self.turnstile = turnstile
    }

    /// Runs `body` in a transaction of its own, which is durable on return; waits for it.
    func write<Result>(_ body: (GRDB.Database) throws -> Result) throws -> Result {
        try pool.writeWithoutTransaction { db in
            try turnstile.pass { try db.beginTransaction(.immediate) }
            do {
                let result = try body(db)
                try db.commit()
                return result
            } catch {
                if db.isInsideTransaction { try db.rollback() }
                throw error
            }
        }
    }

    /// Runs `body` in one transaction, in the order of the calls; it is durable on return.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (GRDB.Database) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            add(Write(body: body, continuation: continuation))
        }
    }

    private func add(_ write: any WaitingWrite) {
        let isFirst = state.withLock { state in
            state.waiting.append(write)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if isFirst { schedule() }
    }

    /// One commit a turn: whoever else wants to write comes in between.
    private func schedule() {
        pool.asyncWriteWithoutTransaction { db in
            let writes = self.take()
            self.run(writes, db)
            if self.isMoreWaiting() { self.schedule() }
        }
    }

    private func take() -> [any WaitingWrite] {
        state.withLock { state in
            let count = min(state.waiting.count, Limits.writesPerCommit)
            defer { state.waiting.removeFirst(count) }
            return Array(state.waiting.prefix(count))
        }
    }

    private func isMoreWaiting() -> Bool {
        state.withLock { state in
            state.isRunning = !state.waiting.isEmpty
            return state.isRunning
        }
    }

    private func run(_ writes: [any WaitingWrite], _ db: GRDB.Database) {
        do {
            try turnstile.pass { try db.beginTransaction(.immediate) }
            for write in writes {
                // A savepoint copies each page that is changed: one alone needs none.
                if writes.count == 1 { write.run(db) } else { try inSavepoint(write, db) }
            }
            if writes.allSatisfy(\.hasFailed) {
                if db.isInsideTransaction { try db.rollback() }
            } else {
                try db.commit()
            }
            for write in writes { write.finish(nil) }
        } catch {
            undo(db)
            for write in writes { write.finish(error) }
        }
    }

    private func undo(_ db: GRDB.Database) {
        // Nothing is left to undo where SQLite did it itself: that is all that this can throw.
        if db.isInsideTransaction { try? db.rollback() }
    }

    /// - Throws: Where nothing of the transaction is left.
    private func inSavepoint(_ write: any WaitingWrite, _ db: GRDB.Database) throws {
        try db.cachedStatement(sql: "SAVEPOINT one_write").execute()
        write.run(db)
        // A full disk and the like undo the whole transaction, not this savepoint alone.
        guard db.isInsideTransaction else { throw LostTransaction() }
        if write.hasFailed { try db.cachedStatement(sql: "ROLLBACK TO one_write").execute() }
        try db.cachedStatement(sql: "RELEASE one_write").execute()
    }
}

/// A failure of one write undid the others that were to be committed with it.
struct LostTransaction: Error, CustomStringConvertible {
    var description: String {
        "A write beside this one failed, and the database undid both. Try again."
    }
}

private protocol WaitingWrite: AnyObject, Sendable {
    /// Whether ``run(_:)`` threw.
    var hasFailed: Bool { get }
    func run(_ db: GRDB.Database)
    /// Resumes the caller; `error` is that of the commit.
    func finish(_ error: (any Error)?)
}

/// `@unchecked Sendable`: after it was handed over, under the lock of the queue, only the writer's
/// turn touches it.
private final class Write<Value: Sendable>: WaitingWrite, @unchecked Sendable {
    private let body: @Sendable (GRDB.Database) throws -> Value
    private let continuation: CheckedContinuation<Value, any Error>
    private var result: Result<Value, any Error>?

    init(
        body: @escaping @Sendable (GRDB.Database) throws -> Value,
        continuation: CheckedContinuation<Value, any Error>
    ) {
        self.body = body
        self.continuation = continuation
    }

    var hasFailed: Bool {
        if case .failure? = result { true } else { false }
    }

    func run(_ db: GRDB.Database) {
        result = Result { try body(db) }
    }

    func finish(_ error: (any Error)?) {
        switch (result, error) {
        // What it threw itself says more than what became of the others.
        case (.failure(let own)?, _): continuation.resume(throwing: own)
        case (_, let error?): continuation.resume(throwing: error)
        case (.success(let value)?, nil): continuation.resume(returning: value)
        case (nil, nil): continuation.resume(throwing: LostTransaction())
        }
    }
}

/// Lets the programs that write to one SQLite file have their turns in order.
///
/// SQLite's own lock knows no order: a program that waits for it sleeps between two looks, and one
/// that writes without a pause takes it again before. So each passes through here, one at a time,
/// on its way to that lock: whoever is first here has it next.
final class Turnstile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Opens the file that is locked, or makes it; nothing is ever in it.
    ///
    /// - Throws: ``ServerError/unusableFolder(path:reason:)``.
    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit { close(descriptor) }

    /// Runs `enter`, which takes the database's lock, when nobody else is about to.
    func pass(_ enter: () throws -> Void) throws {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Self.failure(path) }
        }
        defer { flock(descriptor, LOCK_UN) }
        try enter()
    }

    private static func failure(_ path: String) -> ServerError {
        ServerError.unusableFolder(path: path, reason: String(cString: strerror(errno)))
    }
}
