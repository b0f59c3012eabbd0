import GRDB
import GRDBSQLite

/// A statement from the connection's cache, bound and stepped through SQLite's own calls: values
/// keep their exact bytes, and hot loops pay for nothing else.
final class PreparedStatement {
    /// Owns the handle.
    private let statement: Statement
    private let handle: SQLiteStatement
    /// The keys that are bound, 16 bytes for each parameter; SQLite reads them here.
    private var keys: UnsafeMutablePointer<(UInt64, UInt64)>?

    init(_ sql: String, in db: Database) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        sqlite3_reset(handle)
    }

    deinit {
        // A cached statement that is not reset would keep its transaction open.
        sqlite3_reset(statement.sqliteStatement)
        sqlite3_clear_bindings(statement.sqliteStatement)
        keys?.deallocate()
    }

    /// Binds `values` to the parameters from the first on, runs to the end, and may run again.
    func run(_ values: SQLValue...) throws {
        try run(values)
    }

    func run(_ values: [SQLValue]) throws {
        try bind(values)
        while try step() {}
        sqlite3_reset(handle)
    }

    /// Binds `values` and stands before the first row.
    func bind(_ values: [SQLValue]) throws {
        sqlite3_reset(handle)
        for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1)) }
    }

    /// Stands before the first row again; bindings stay.
    func reset() {
        sqlite3_reset(handle)
    }

    /// Binds an integer.
    @inline(__always)
    func bind(_ value: Int64, at index: Int32) {
        sqlite3_bind_int64(handle, index, value)
    }

    /// Binds the number of a stamp.
    @inline(__always)
    func bind(_ stamp: StampNumber, at index: Int32) { bind(stamp.rawValue, at: index) }

    /// Binds a row id.
    @inline(__always)
    func bind(_ rowID: SQLRowID, at index: Int32) { bind(rowID.rawValue, at: index) }

    /// Binds a table's id.
    @inline(__always)
    func bind(_ table: TableID, at index: Int32) { bind(Int64(table.rawValue), at: index) }

    /// Binds a column's id.
    @inline(__always)
    func bind(_ column: ColumnID, at index: Int32) { bind(Int64(column.rawValue), at: index) }

    /// Binds a sequence.
    @inline(__always)
    func bind(_ sequence: ServerSequence, at index: Int32) { bind(sequence.rawValue, at: index) }

    /// The number of a stamp in `column` of the current row.
    @inline(__always)
    func stampNumber(_ column: Int32) -> StampNumber { StampNumber(integer(column)) }

    /// The row id in `column` of the current row.
    @inline(__always)
    func rowID(_ column: Int32) -> SQLRowID { SQLRowID(integer(column)) }

    /// The sequence in `column` of the current row.
    @inline(__always)
    func sequence(_ column: Int32) -> ServerSequence { ServerSequence(integer(column)) }

    /// The table's id in `column` of the current row.
    func tableID(_ column: Int32) -> TableID { TableID(Int(integer(column))) }

    /// The column's id in `column` of the current row.
    func columnID(_ column: Int32) -> ColumnID { ColumnID(UInt8(clamping: integer(column))) }

    /// Binds null.
    func bindNull(at index: Int32) {
        sqlite3_bind_null(handle, index)
    }

    /// Binds a key; it is kept here until another one takes its place.
    @inline(__always)
    func bind(_ key: RowKey, at index: Int32) {
        let keys = self.keys ?? makeRoomForKeys()
        keys[Int(index)] = (key.high.bigEndian, key.low.bigEndian)
        _ = sqlite3_bind_blob(handle, index, keys + Int(index), 16, nil)
    }

    private func makeRoomForKeys() -> UnsafeMutablePointer<(UInt64, UInt64)> {
        // Parameters count from 1.
        let count = Int(sqlite3_bind_parameter_count(handle)) + 1
        let keys = UnsafeMutablePointer<(UInt64, UInt64)>.allocate(capacity: count)
        keys.initialize(repeating: (0, 0), count: count)
        self.keys = keys
        return keys
    }

    /// Binds bytes as a blob; they must stay until the next reset.
    @inline(__always)
    func bind(lent bytes: UnsafeRawBufferPointer, at index: Int32) {
        if bytes.isEmpty {
            sqlite3_bind_zeroblob(handle, index, 0)
        } else {
            sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), nil)
        }
    }

    /// Binds bytes as a blob; SQLite copies them.
    func bind(blob bytes: [UInt8], at index: Int32) {
        _ = bind(bytes, at: index, as: .blob)
    }

    /// Binds a borrowed cell: it must stay until the next reset.
    @inline(__always)
    func bind(cell: Int, of column: BorrowedCells, at index: Int32) {
        switch column.kind(cell) {
        case .null: sqlite3_bind_null(handle, index)
        case .integer: sqlite3_bind_int64(handle, index, column.numbers[cell])
        case .real:
            sqlite3_bind_double(
                handle, index, Double(bitPattern: UInt64(bitPattern: column.numbers[cell])))
        case .text:
            let text = column.payload(cell)
            // An empty text has no address, and without one it would be null.
            let start = text.isEmpty ? nil : text.baseAddress
            sqlite3_bind_text(
                handle, index, start?.assumingMemoryBound(to: CChar.self) ?? Self.emptyText,
                Int32(text.count), nil)
        case .blob:
            let blob = column.payload(cell)
            if blob.isEmpty {
                sqlite3_bind_zeroblob(handle, index, 0)
            } else {
                sqlite3_bind_blob(handle, index, blob.baseAddress, Int32(blob.count), nil)
            }
        }
    }

    /// One zero byte that is never freed.
    nonisolated(unsafe) private static let emptyText: UnsafePointer<CChar> = {
        let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return UnsafePointer(byte)
    }()

    /// The row id of the row that the connection inserted last.
    var lastInsertedRowID: SQLRowID {
        SQLRowID(sqlite3_last_insert_rowid(sqlite3_db_handle(handle)))
    }

    /// Adds the value in `column` of the current row to `cells`.
    @inline(__always)
    func append(_ column: Int32, to cells: inout CellColumn) {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: cells.append(.integer, sqlite3_column_int64(handle, column))
        case SQLITE_FLOAT:
            let bits = sqlite3_column_double(handle, column).bitPattern
            cells.append(.real, Int64(bitPattern: bits))
        case SQLITE_TEXT: cells.append(.text, copying: borrowed(column))
        case SQLITE_BLOB: cells.append(.blob, copying: borrowed(column))
        default: cells.append(.null, 0)
        }
    }

    /// The key in `column` of the current row.
    @inline(__always)
    func key(_ column: Int32) throws -> RowKey {
        let bytes = borrowed(column)
        guard bytes.count == RowKey.byteCount else { throw StoreError.damaged("key") }
        return RowKey(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    /// The bytes in `column` of the current row, borrowed until the next step.
    @inline(__always)
    func borrowed(_ column: Int32) -> UnsafeRawBufferPointer {
        // The pointer must be asked for before the length, see sqlite3_column_bytes.
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(
            start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    /// The value itself, for functions that look at `sqlite3_value`.
    func unprotectedValue(_ column: Int32) -> OpaquePointer? {
        sqlite3_column_value(handle, column)
    }

    /// Runs to the end with what is bound, and may run again.
    @inline(__always)
    func run() throws {
        defer { sqlite3_reset(handle) }
        switch sqlite3_step(handle) {
        case SQLITE_DONE: return
        case SQLITE_ROW: while try step() {}
        default: throw currentError
        }
    }

    /// Moves to the next row; false at the end.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw currentError
        }
    }

    /// The value in `column` of the current row, from 0.
    func value(_ column: Int32) -> SQLValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, column))
        case SQLITE_FLOAT: .real(sqlite3_column_double(handle, column))
        case SQLITE_TEXT: .text(bytes(column))
        case SQLITE_BLOB: .blob(bytes(column))
        default: .null
        }
    }

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        // The pointer must be asked for before the length, see sqlite3_column_bytes.
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, column))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    private func bind(_ value: SQLValue, at index: Int32) throws {
        let code =
            switch value {
            case .null: sqlite3_bind_null(handle, index)
            case .integer(let value): sqlite3_bind_int64(handle, index, value)
            case .real(let value): sqlite3_bind_double(handle, index, value)
            case .text(let bytes): bind(bytes, at: index, as: .text)
            case .blob(let bytes): bind(bytes, at: index, as: .blob)
            }
        guard code == SQLITE_OK else { throw currentError }
    }

    private enum BytesType { case text, blob }

    /// SQLITE_TRANSIENT: SQLite copies before the buffer ends.
    private static var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    private func bind(_ bytes: [UInt8], at index: Int32, as type: BytesType) -> Int32 {
        let transient = Self.transient
        return bytes.withUnsafeBytes { buffer in
            let count = Int32(buffer.count)
            return switch (type, buffer.baseAddress) {
            case (.text, let start?):
                sqlite3_bind_text(
                    handle, index, start.assumingMemoryBound(to: CChar.self), count, transient)
            case (.text, nil): sqlite3_bind_text(handle, index, "", 0, transient)
            case (.blob, let start?): sqlite3_bind_blob(handle, index, start, count, transient)
            case (.blob, nil): sqlite3_bind_zeroblob(handle, index, 0)
            }
        }
    }

    private var currentError: DatabaseError {
        let connection = sqlite3_db_handle(handle)
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: sqlite3_errmsg(connection).map { String(cString: $0) })
    }
}

/// The statements that are asked again and again inside one transaction, each prepared when it is
/// needed: most transactions ask a table one or two.
final class PreparedQueries<Query: CaseIterable & RawRepresentable> where Query.RawValue == Int {
    private let db: Database
    private var statements = [PreparedStatement?](repeating: nil, count: Query.allCases.count)

    init(in db: Database) {
        self.db = db
    }

    /// The statement of a query whose text is `sql`.
    @inline(__always)
    func statement(_ query: Query, _ sql: (Query) -> String) throws -> PreparedStatement {
        if let known = statements[query.rawValue] { return known }
        let statement = try PreparedStatement(sql(query), in: db)
        statements[query.rawValue] = statement
        return statement
    }
}
