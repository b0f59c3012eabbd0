import CBenchmarkSQLite
import Foundation

/// A value that SQLite lends while a hook runs.
struct SQLiteValue {
    fileprivate let handle: OpaquePointer?

    init(handle: OpaquePointer?) {
        self.handle = handle
    }

    var isBlob: Bool { sqlite3_value_type(handle) == SQLITE_BLOB }

    /// The bytes of text or a blob.
    var bytes: UnsafeRawBufferPointer {
        let start = sqlite3_value_blob(handle)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(handle)))
    }

    /// How long text or a blob is; 0 for numbers.
    var byteCount: Int {
        let type = sqlite3_value_type(handle)
        guard type == SQLITE_TEXT || type == SQLITE_BLOB else { return 0 }
        return Int(sqlite3_value_bytes(handle))
    }

    func isEqual(to other: SQLiteValue) -> Bool {
        let type = sqlite3_value_type(handle)
        guard type == sqlite3_value_type(other.handle) else { return false }
        switch type {
        case SQLITE_NULL: return true
        case SQLITE_INTEGER:
            return sqlite3_value_int64(handle) == sqlite3_value_int64(other.handle)
        default:
            let (mine, theirs) = (bytes, other.bytes)
            guard mine.count == theirs.count else { return false }
            guard let left = mine.baseAddress, let right = theirs.baseAddress else { return true }
            return memcmp(left, right, mine.count) == 0
        }
    }
}
