import Foundation
import SignedObjects

/// One open transaction of either database: SQL goes in, rows come out.
///
/// The text is the same for both: plain SQL with parameters `?1`, `?2`, values that are integers of
/// 64 bits, text or bytes, and no function that only one of them has.
final class Database {
    /// Which of the two it is, for the few things that they do not have in common.
    let kind: DatabaseKind
    /// The acts of this transaction, for the audit log; see ``AuditedStore``.
    var acts: [AuditContent] = []
    /// Whether the operator accepts an audit log whose head is not signed.
    var isAuditAccepted = false
    /// What ``FingerprintStore`` compares with.
    let fingerprints: FingerprintCache
    /// The first serial that this transaction has given to a fingerprint.
    var ownFingerprints: Int64?
    private let connection: any SQLConnection
    private let onStatement: StatementTrace?

    init(
        _ connection: any SQLConnection, fingerprints: FingerprintCache = FingerprintCache(),
        onStatement: StatementTrace? = nil
    ) {
        self.connection = connection
        self.fingerprints = fingerprints
        self.onStatement = onStatement
        kind = connection.kind
    }

    /// Runs a statement; says how many rows it changed.
    @discardableResult
    func execute(_ sql: String, _ arguments: [any SQLConvertible] = []) throws -> Int {
        try execute(SQLStatement(sql, arguments))
    }

    /// Runs a statement; says how many rows it changed.
    @discardableResult
    func execute(_ statement: SQLStatement) throws -> Int {
        try run(statement).changes
    }

    /// Every row that a statement gives; bound them with LIMIT.
    func rows(_ sql: String, _ arguments: [any SQLConvertible] = []) throws -> [Row] {
        try run(SQLStatement(sql, arguments)).rows
    }

    /// The first row that a statement gives.
    func row(_ sql: String, _ arguments: [any SQLConvertible] = []) throws -> Row? {
        try rows(sql, arguments).first
    }

    /// The first column of the first row.
    func value<Value: SQLConvertible>(
        _ sql: String, _ arguments: [any SQLConvertible] = []
    ) throws -> Value? {
        guard let row = try row(sql, arguments), let first = row.columns.first else { return nil }
        return try row[first]
    }

    /// Runs statements in turn, which costs PostgreSQL one round trip; what each of them gave.
    ///
    /// - Throws: The first one's error; those after it were not run then.
    func answers(to statements: [SQLStatement]) throws -> [SQLAnswer] {
        let results = try connection.run(statements)
        for (statement, result) in zip(statements, results) {
            onStatement?(statement.sql, result.rows.count)
        }
        return results.map(SQLAnswer.init)
    }

    /// Runs a statement whose result nobody waits for, which costs PostgreSQL no round trip.
    ///
    /// Where it fails, the next statement that is waited for throws its error, at the latest the
    /// commit: nothing of the transaction is kept.
    func post(_ sql: String, _ arguments: [any SQLConvertible] = []) throws {
        try post(SQLStatement(sql, arguments))
    }

    /// As ``post(_:_:)``.
    func post(_ statement: SQLStatement) throws {
        try connection.post(statement)
        onStatement?(statement.sql, 0)
    }

    /// Runs statements without parameters or answers, several parted by semicolons.
    func script(_ sql: String) throws {
        try connection.script(sql)
    }

    /// The database's own clock, in milliseconds since 1970 UTC, where instances on several
    /// machines share it; nil where the machine's is the only one.
    func clock() throws -> Int64? {
        guard kind == .postgres else { return nil }
        return try value("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint")
    }

    private func run(_ statement: SQLStatement) throws -> SQLAnswer {
        let answers = try answers(to: [statement])
        guard let answer = answers.first else { throw StoredFormError(column: "answer") }
        return answer
    }

    /// Locks the account until the transaction's end, so that nobody else changes what is read of
    /// it from here on.
    func lock(_ account: AccountID) throws {
        for statement in lockStatements(account) { try post(statement) }
    }

    /// What ``lock(_:)`` runs: a writing transaction of SQLite has the whole database to itself.
    func lockStatements(_ account: AccountID) -> [SQLStatement] {
        guard kind == .postgres else { return [] }
        return [
            SQLStatement(
                "SELECT seq FROM account_head WHERE account = ?1 FOR UPDATE", [account.blob])
        ]
    }
}

/// Called with each statement that was run and the number of its rows; never with values.
package typealias StatementTrace = @Sendable (_ sql: String, _ rows: Int) -> Void

/// The databases that the server can use.
enum DatabaseKind: Sendable {
    case sqlite
    case postgres
}

/// What a statement gave.
struct SQLAnswer {
    let rows: [Row]
    /// How many rows it changed.
    let changes: Int

    init(_ result: SQLResult) {
        rows = result.rows.map { Row(columns: result.columns, values: $0) }
        changes = result.changes
    }
}

/// A connection inside a transaction.
protocol SQLConnection {
    var kind: DatabaseKind { get }

    /// Runs statements in turn up to the first that fails.
    func run(_ statements: [SQLStatement]) throws -> [SQLResult]

    /// Runs a statement; its error may come with that of a later one.
    func post(_ statement: SQLStatement) throws

    /// Runs statements without parameters or answers, several parted by semicolons.
    func script(_ sql: String) throws
}

/// What a statement gave, as the database's library returns it.
struct SQLResult {
    var columns: [String] = []
    var rows: [[SQLValue]] = []
    /// How many rows it changed.
    var changes = 0
}
