import CBenchmarkSQLite
package import Foundation
package import Workload

/// A prepared statement whose text and blobs are bound from memory of its own.
package final class SQLiteStatement {
    private let handle: OpaquePointer
    // Keeps the connection open for as long as the statement lives.
    private let connection: SQLiteConnection
    // SQLite reads bound bytes from here until the statement is reset, so it need not copy them.
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    private var used = 0

    init(handle: OpaquePointer, connection: SQLiteConnection) {
        self.handle = handle
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(handle)
        scratch.deallocate()
    }

    /// Binds an integer; places count from 1.
    package func bind(_ integer: Int64, at place: Int32) {
        sqlite3_bind_int64(handle, place, integer)
    }

    /// Binds a blob.
    package func bind(_ data: Data, at place: Int32) {
        data.withUnsafeBytes { bind(blob: $0, at: place) }
    }

    /// Binds a blob.
    package func bind(blob bytes: UnsafeRawBufferPointer, at place: Int32) {
        guard let copy = hold(bytes) else {
            // Too long for the memory of this statement: SQLite makes the copy.
            let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            sqlite3_bind_blob64(
                handle, place, bytes.baseAddress, sqlite3_uint64(bytes.count), transient)
            return
        }
        bind(lent: copy, at: place)
    }

    /// Binds a blob that the caller keeps where it is until the statement has run.
    func bind(lent bytes: UnsafeRawBufferPointer, at place: Int32) {
        sqlite3_bind_blob(handle, place, bytes.baseAddress, Int32(bytes.count), nil)
    }

    /// Binds text that the caller keeps where it is until the statement has run.
    func bind(lentText bytes: UnsafeRawBufferPointer, at place: Int32) {
        let start = bytes.assumingMemoryBound(to: CChar.self).baseAddress
        sqlite3_bind_text(handle, place, start, Int32(bytes.count), nil)
    }

    /// Binds a value of the workload.
    package func bind(_ value: WorkloadValue, at place: Int32) {
        switch value {
        case .integer(let integer): bind(integer, at: place)
        case .blob(let data): bind(data, at: place)
        case .text(var text):
            text.withUTF8 { utf8 in
                guard let copy = hold(UnsafeRawBufferPointer(utf8)) else {
                    preconditionFailure("the workload's texts are under 4 KB in all")
                }
                bind(lentText: copy, at: place)
            }
        }
    }

    /// Runs to the end and makes ready for the next run.
    package func run() throws {
        let code = sqlite3_step(handle)
        let reset = sqlite3_reset(handle)
        used = 0
        guard code == SQLITE_DONE || code == SQLITE_ROW else {
            return try connection.check(reset, String(cString: sqlite3_sql(handle)))
        }
    }

    /// Goes to the next row; at the end, makes ready for the next run.
    package func step() throws -> Bool {
        guard sqlite3_step(handle) != SQLITE_ROW else { return true }
        let code = sqlite3_reset(handle)
        used = 0
        try connection.check(code, String(cString: sqlite3_sql(handle)))
        return false
    }

    /// Leaves the rows that were not read.
    package func reset() {
        sqlite3_reset(handle)
        used = 0
    }

    /// The integer in a column; columns count from 0.
    package func integer(_ column: Int) -> Int64 {
        sqlite3_column_int64(handle, Int32(column))
    }

    /// The bytes of text or a blob, valid until the next step.
    package func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, Int32(column))
        return UnsafeRawBufferPointer(
            start: start, count: Int(sqlite3_column_bytes(handle, Int32(column))))
    }

    private func hold(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard used + bytes.count <= scratch.count else { return nil }
        let place = UnsafeMutableRawBufferPointer(rebasing: scratch[used..<(used + bytes.count)])
        place.copyMemory(from: bytes)
        used += bytes.count
        return UnsafeRawBufferPointer(place)
    }
}
