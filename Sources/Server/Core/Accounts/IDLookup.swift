import Foundation
package import SignedObjects

/// Finds what a person names by the beginning of its id.
package struct IDLookup {
    private let core: ServerCore

    /// Looks in the tables of `core`.
    package init(_ core: ServerCore) {
        self.core = core
    }

    /// The account that `text` names by its id or the beginning of it.
    ///
    /// - Throws: ``ServerError`` where none or several do.
    package func account(_ text: String) throws -> AccountID {
        guard !text.isEmpty, let range = HexPrefix(text, of: AccountID.self),
            let first = AccountID(range.first), let last = AccountID(range.last)
        else { throw ServerError.noSuchAccount(text) }
        let found = try core.accounts.ids(from: first, through: last, limit: 2)
        guard let account = found.first else { throw ServerError.noSuchAccount(text) }
        guard found.count == 1 else { throw ServerError.ambiguousAccount(text) }
        return account
    }
}

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
