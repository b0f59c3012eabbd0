import Foundation
import GRDB
import SignedObjects

/// Finds one row by what a person types.
struct Lookup {
    let table: String
    /// What messages call it, such as `work`.
    let kind: String
    /// A column whose whole text names a row too, or nil.
    var nameColumn: String?

    /// The id of the row that `text` names: its name, its id, or the start or end of its id.
    ///
    /// - Throws: ``LibraryError/unknown(kind:name:)`` or
    ///   ``LibraryError/ambiguous(kind:name:count:)``.
    func id(_ text: String, in database: Database) throws -> RowID {
        let named = try ids(named: text, in: database)
        if named.count == 1, let only = named.first { return only }
        if named.count > 1 { throw ambiguous(text, named.count) }
        let digits = text.lowercased()
        guard
            digits.utf8.count >= Limits.prefixDigits, digits.utf8.count <= RowID.byteCount * 2,
            digits.allSatisfy(\.isHexDigit)
        else { throw LibraryError.unknown(kind: kind, name: shown(text)) }
        let found = try ids(
            where: "lower(hex(id)) LIKE ? OR lower(hex(id)) LIKE ?",
            [digits + "%", "%" + digits], in: database)
        guard let first = found.first else {
            throw LibraryError.unknown(kind: kind, name: shown(text))
        }
        guard found.count == 1 else { throw ambiguous(text, found.count) }
        return first
    }

    private func ids(named text: String, in database: Database) throws -> [RowID] {
        guard let nameColumn else { return [] }
        // Compared as text: another program may have written the same name in other bytes.
        return try Row.fetchWhole(database, sql: "SELECT id, \(nameColumn) AS name FROM \(table)")
            .map(Fields.init).filter { $0.rawText("name") == text }.compactMap { $0.id("id") }
    }

    private func ids(
        where condition: String, _ arguments: StatementArguments, in database: Database
    ) throws -> [RowID] {
        try Data.fetchAll(
            database, sql: "SELECT id FROM \(table) WHERE \(condition)", arguments: arguments
        ).compactMap { RowID($0) }
    }

    private func ambiguous(_ text: String, _ count: Int) -> LibraryError {
        .ambiguous(kind: kind, name: shown(text), count: count)
    }

    private func shown(_ text: String) -> String { String(text.prefix(64)) }
}
