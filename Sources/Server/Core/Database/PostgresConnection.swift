import CPostgres
import Foundation

/// One connection to PostgreSQL; used by one thread at a time.
///
/// Statements are prepared once a connection, and sent as a pipeline: those whose answers nobody
/// waits for go out with the next that is waited for. Integers and text go as text, bytes as they
/// are; every answer comes in PostgreSQL's binary form.
///
/// `@unchecked Sendable`: whoever has taken it from the pool, under the pool's lock, is the only
/// one who has it.
final class PostgresConnection: SQLConnection, @unchecked Sendable {
    private let handle: OpaquePointer
    private var prepared: [String: String] = [:]
    private var preparations = 0
    /// What was sent since the last answer, in order.
    private var sent: [Sent] = []

    private enum Sent {
        case preparation(of: String)
        case statement
        case awaited
    }

    var kind: DatabaseKind { .postgres }

    /// Connects.
    ///
    /// - Parameter address: A connection URI, with every host and setting that libpq takes.
    /// - Throws: ``PostgresError``.
    init(_ address: String) throws {
        guard let handle = PQconnectdb(address) else {
            throw PostgresError(state: nil, message: "out of memory")
        }
        self.handle = handle
        guard PQstatus(handle) == CONNECTION_OK else {
            // The object is whole by now: its end finishes the connection.
            throw PostgresError(state: nil, message: String(cString: PQerrorMessage(handle)))
        }
        try script(
            """
            SET client_min_messages = warning; SET client_encoding = 'UTF8';
            SET statement_timeout = '\(Limits.statementSeconds)s';
            SET lock_timeout = '\(Int(Limits.busySeconds))s';
            SET idle_in_transaction_session_timeout = '\(Limits.statementSeconds)s'
            """)
    }

    deinit { PQfinish(handle) }

    /// Whether the connection is open, as far as is known without asking.
    var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

    /// Whether it is inside no transaction.
    var isIdle: Bool { sent.isEmpty && PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// The socket, to wait on.
    var socket: Int32 { PQsocket(handle) }

    /// Runs statements without parameters or answers, several parted by semicolons.
    func script(_ sql: String) throws(PostgresError) {
        _ = try receive()
        if PQpipelineStatus(handle) != PQ_PIPELINE_OFF {
            guard PQexitPipelineMode(handle) == 1 else { throw failure() }
        }
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return
        default: throw failure(result)
        }
    }

    /// Ends a transaction that failed, whatever is still on its way.
    func rollBack() throws {
        do { _ = try receive() } catch { guard isAlive else { throw error } }
        if PQtransactionStatus(handle) != PQTRANS_IDLE { try script("ROLLBACK") }
    }

    func run(_ statements: [SQLStatement]) throws -> [SQLResult] {
        for statement in statements { try send(statement, as: .awaited) }
        return try receive()
    }

    func post(_ statement: SQLStatement) throws {
        try send(statement, as: .statement)
    }

    /// The payloads of the notifications that have come in; does not wait.
    func notifications() throws -> [String] {
        guard PQconsumeInput(handle) == 1 else {
            throw PostgresError(state: nil, message: String(cString: PQerrorMessage(handle)))
        }
        var payloads: [String] = []
        while let note = PQnotifies(handle) {
            payloads.append(String(cString: note.pointee.extra))
            PQfreemem(note)
        }
        return payloads
    }

    private func send(_ statement: SQLStatement, as kind: Sent) throws {
        if PQpipelineStatus(handle) == PQ_PIPELINE_OFF {
            guard PQenterPipelineMode(handle) == 1 else { throw failure() }
        }
        let name = try prepare(statement.sql)
        let parameters = Parameters(statement.arguments)
        let isSent = withExtendedLifetime(parameters) {
            PQsendQueryPrepared(
                handle, name, Int32(statement.arguments.count), parameters.values,
                parameters.lengths, parameters.formats, 1)
        }
        guard isSent == 1 else { throw failure() }
        sent.append(kind)
    }

    private func prepare(_ sql: String) throws -> String {
        if let name = prepared[sql] { return name }
        preparations += 1
        let name = "s\(preparations)"
        guard PQsendPrepare(handle, name, sql.replacing("?", with: "$"), 0, nil) == 1 else {
            throw failure()
        }
        sent.append(.preparation(of: sql))
        // Taken back where the pipeline fails before it.
        prepared[sql] = name
        return name
    }

    /// Waits for the answers to all that was sent.
    ///
    /// - Throws: The first error, after the answers to the rest, which was not run then.
    private func receive() throws(PostgresError) -> [SQLResult] {
        guard !sent.isEmpty else { return [] }
        let expected = sent
        sent = []
        guard PQpipelineSync(handle) == 1 else { throw failure() }
        var results: [SQLResult] = []
        var first: (code: String?, message: String)?
        for item in expected {
            let result = PQgetResult(handle)
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
                guard case .awaited = item, first == nil else { break }
                do { results.append(try Self.read(result)) } catch {
                    first = (error.state, error.message)
                }
            default:
                if case .preparation(let sql) = item { prepared[sql] = nil }
                if first == nil { first = Self.trouble(result, handle) }
            }
            // A null parts the answer to one statement from the next one's.
            while isAlive, let rest = PQgetResult(handle) { PQclear(rest) }
        }
        while isAlive, let end = PQgetResult(handle) {
            let isEnd = PQresultStatus(end) == PGRES_PIPELINE_SYNC
            PQclear(end)
            if isEnd { break }
        }
        guard let first else { return results }
        throw PostgresError(state: isAlive ? first.code : nil, message: first.message)
    }

    private func failure(_ result: OpaquePointer? = nil) -> PostgresError {
        let (code, message) = Self.trouble(result, handle)
        // What libpq itself says has no code: it lost the connection.
        return PostgresError(state: isAlive ? code : nil, message: message)
    }

    private static func trouble(
        _ result: OpaquePointer?, _ handle: OpaquePointer
    ) -> (code: String?, message: String) {
        guard let result else { return (nil, String(cString: PQerrorMessage(handle))) }
        return (
            PQresultErrorField(result, sqlState).map { String(cString: $0) },
            String(cString: PQresultErrorMessage(result))
        )
    }

    private static let sqlState = Int32(UInt8(ascii: "C"))

    private static func read(_ result: OpaquePointer?) throws(PostgresError) -> SQLResult {
        var read = SQLResult()
        read.changes = Int(String(cString: PQcmdTuples(result))) ?? 0
        let width = PQnfields(result)
        read.columns = (0..<width).map { String(cString: PQfname(result, $0)) }
        for row in 0..<PQntuples(result) {
            var values: [SQLValue] = []
            for column in 0..<width { values.append(try value(result, row, column)) }
            read.rows.append(values)
        }
        return read
    }

    private static func value(
        _ result: OpaquePointer?, _ row: Int32, _ column: Int32
    ) throws(PostgresError) -> SQLValue {
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column)
        else { return .null }
        let bytes = UnsafeRawBufferPointer(
            start: start, count: Int(PQgetlength(result, row, column)))
        switch PQftype(result, column) {
        // bytea
        case 17: return .blob(Data(bytes))
        // bool, int2, int4, int8
        case 16: return .integer(bytes.first == 0 ? 0 : 1)
        case 21: return .integer(Int64(bytes.integer(Int16.self)))
        case 23: return .integer(Int64(bytes.integer(Int32.self)))
        case 20: return .integer(bytes.integer(Int64.self))
        // text, varchar, name
        case 25, 1043, 19: return .text(String(decoding: bytes, as: UTF8.self))
        case let type:
            throw PostgresError(state: "42804", message: "an answer is of the type \(type)")
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func integer<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
        guard count == MemoryLayout<Number>.size else { return 0 }
        return Number(bigEndian: loadUnaligned(as: type))
    }
}

/// The parameters of one statement in memory that stays put while libpq reads it.
private final class Parameters {
    let values: [UnsafePointer<CChar>?]
    let lengths: [Int32]
    let formats: [Int32]
    private let buffer: UnsafeMutableRawBufferPointer

    init(_ arguments: [SQLValue]) {
        let bytes = arguments.map(Self.bytes)
        buffer = .allocate(
            byteCount: max(1, bytes.reduce(0) { $0 + ($1?.count ?? 0) }), alignment: 1)
        var offset = 0
        values = bytes.map { [buffer] bytes in
            guard let bytes else { return nil }
            let slice = UnsafeMutableRawBufferPointer(rebasing: buffer[offset...])
            slice.copyBytes(from: bytes)
            offset += bytes.count
            return UnsafePointer(slice.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        lengths = bytes.map { Int32(clamping: $0?.count ?? 0) }
        formats = arguments.map { if case .blob = $0 { 1 } else { 0 } }
    }

    deinit { buffer.deallocate() }

    /// Text ends with a zero, as libpq wants it.
    private static func bytes(_ value: SQLValue) -> Data? {
        switch value {
        case .null: nil
        case .integer(let number): Data("\(number)\0".utf8)
        case .text(let text): Data(text.utf8) + [0]
        case .blob(let bytes): bytes
        }
    }
}

/// An error of PostgreSQL or of the connection to it.
struct PostgresError: Error, CustomStringConvertible {
    /// Five characters of the SQL standard and PostgreSQL's own; nil where the connection failed.
    let state: String?
    /// In the database's words; may quote values, so not for logs.
    let message: String

    var description: String {
        "PostgreSQL: \(message.split(separator: "\n").first.map(String.init) ?? "no answer")"
    }

    /// Whether the transaction was undone whole and may go through when it is run again: two that
    /// waited for each other, or added the same row at once.
    var isTransient: Bool {
        switch state {
        case "40001", "40P01", "23505": true
        default: false
        }
    }

    /// Whether the database is not there, or not now.
    var isUnavailable: Bool {
        guard let state else { return true }
        // Connection exceptions; out of resources; being shut down or started; a lock that was
        // not given in time; a standby, which takes no writes.
        return state.hasPrefix("08") || state.hasPrefix("53") || state.hasPrefix("57P")
            || state == "57014" || state == "55P03" || state == "25006"
    }
}
