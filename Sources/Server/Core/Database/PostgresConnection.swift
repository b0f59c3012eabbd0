import CPostgres
import Foundation

/// One connection to PostgreSQL; used by one thread at a time.
///
/// Statements are prepared once a connection. Integers and text go as text, bytes as they are;
/// every answer comes in PostgreSQL's binary form.
///
/// `@unchecked Sendable`: whoever has taken it from the pool, under the pool's lock, is the only
/// one who has it.
final class PostgresConnection: SQLConnection, @unchecked Sendable {
    private let handle: OpaquePointer
    private var prepared: [String: String] = [:]

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

    /// Whether the connection still stands, as far as is known without asking.
    var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

    /// Whether it is inside no transaction.
    var isIdle: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// The socket, to wait on.
    var socket: Int32 { PQsocket(handle) }

    /// Runs statements without parameters or answers, several parted by semicolons.
    func script(_ sql: String) throws(PostgresError) {
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        try check(result)
    }

    func run(_ sql: String, _ arguments: [SQLValue]) throws -> SQLResult {
        let name = try prepare(sql)
        let parameters = Parameters(arguments)
        let result = withExtendedLifetime(parameters) {
            PQexecPrepared(
                handle, name, Int32(arguments.count), parameters.values, parameters.lengths,
                parameters.formats, 1)
        }
        defer { PQclear(result) }
        try check(result)
        return try Self.read(result)
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

    private func prepare(_ sql: String) throws -> String {
        if let name = prepared[sql] { return name }
        let name = "s\(prepared.count)"
        let result = PQprepare(handle, name, sql.replacing("?", with: "$"), 0, nil)
        defer { PQclear(result) }
        try check(result)
        prepared[sql] = name
        return name
    }

    private func check(_ result: OpaquePointer?) throws(PostgresError) {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return
        default: break
        }
        let code = PQresultErrorField(result, Self.sqlState).map { String(cString: $0) }
        let message = String(cString: PQerrorMessage(handle))
        // What libpq itself says has no code: it lost the connection.
        throw PostgresError(state: isAlive ? code : nil, message: message)
    }

    private static let sqlState = Int32(UInt8(ascii: "C"))

    private static func read(_ result: OpaquePointer?) throws -> SQLResult {
        var read = SQLResult()
        read.changes = Int(String(cString: PQcmdTuples(result))) ?? 0
        let width = PQnfields(result)
        read.columns = (0..<width).map { String(cString: PQfname(result, $0)) }
        read.rows = try (0..<PQntuples(result)).map { row in
            try (0..<width).map { try value(result, row, $0) }
        }
        return read
    }

    private static func value(
        _ result: OpaquePointer?, _ row: Int32, _ column: Int32
    ) throws -> SQLValue {
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
