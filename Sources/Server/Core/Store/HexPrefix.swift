import Foundation
import SignedObjects

/// The ids that begin with some hexadecimal digits, as a range that an index finds.
struct HexPrefix {
    /// The least id of the range.
    let first: Data
    /// The greatest.
    let last: Data

    /// Nil where `text` cannot begin an id.
    init?<Value: FixedBytes>(_ text: String, of type: Value.Type) {
        let digits = text.lowercased()
        let missing = 2 * Value.byteCount - digits.utf8.count
        guard missing >= 0,
            let first = Value(hex: digits + String(repeating: "0", count: missing)),
            let last = Value(hex: digits + String(repeating: "f", count: missing))
        else { return nil }
        self.first = first.blob
        self.last = last.blob
    }
}
