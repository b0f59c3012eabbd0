/// A call of SQLite that failed.
package struct SQLiteFailure: Error, CustomStringConvertible {
    /// The call, or the SQL that was run.
    package let call: String
    /// SQLite's result code.
    package let code: Int32
    /// SQLite's own words.
    package let message: String

    package var description: String { "\(call): \(message) (\(code))" }
}
