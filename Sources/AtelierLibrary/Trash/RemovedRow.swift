import Foundation
import GRDB
import SignedObjects
import StyleKit
import SystemSupport

/// The contents of a removed row, by which it can be restored: its columns, and those of the rows
/// that were removed with it.
struct RemovedRow: Codable {
    /// One SQLite value as text: a letter for its type, then the value.
    struct Cell: Codable {
        let value: DatabaseValue

        init(_ value: DatabaseValue) {
            self.value = value
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            let rest = String(text.dropFirst())
            let value: DatabaseValue? =
                switch text.first {
                case "n": .null
                case "i": Int64(rest)?.databaseValue
                case "r": Double(rest)?.databaseValue
                case "t": rest.databaseValue
                case "b": Hexadecimal.decode(rest).map { Data($0).databaseValue }
                default: nil
                }
            guard let value else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "no value of SQLite")
            }
            self.value = value
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch value.storage {
            case .null: try container.encode("n")
            case .int64(let number): try container.encode("i\(number)")
            case .double(let number): try container.encode("r\(number)")
            case .string(let text): try container.encode("t" + text)
            case .blob(let data): try container.encode("b" + Hexadecimal.encode(data))
            }
        }
    }

    /// The values by column.
    let columns: [String: Cell]
    /// The values of the rows that were removed with it, such as a work's tags.
    let companions: [Cell]

    /// Reads a row that is about to be removed; nil where there is none.
    init?(_ kind: RemovedKind, _ id: RowID, _ database: Database) throws {
        let row = try Row.fetchOne(
            database, sql: "SELECT * FROM \(kind.table) WHERE id = ?", arguments: [id.data])
        guard let row else { return nil }
        columns = Dictionary(
            LibrarySchema.columns(of: kind).map { name in
                (name, Cell(row[name] as DatabaseValue? ?? .null))
            }, uniquingKeysWith: { first, _ in first })
        companions =
            try kind.companions.map { companion in
                try DatabaseValue.fetchAll(
                    database,
                    sql: """
                        SELECT DISTINCT \(companion.value) FROM \(companion.table)
                        WHERE \(companion.owner) = ?
                        """, arguments: [id.data]
                ).map(Cell.init)
            } ?? []
    }

    /// Reads ``text``; nil where it is not valid, for any program may write it.
    init?(text: String) {
        let row = try? JSONDecoder().decode(Self.self, from: Data(text.utf8))
        guard let row else { return nil }
        self = row
    }

    /// The form that is stored.
    var text: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }

    /// A text column's value.
    func text(_ column: String) -> String {
        columns[column].flatMap { String.fromDatabaseValue($0.value) } ?? ""
    }

    /// Inserts the row again, and those that were removed with it.
    ///
    /// - Parameter newID: Makes the ids of the latter rows.
    func insert(
        _ kind: RemovedKind, _ id: RowID, _ database: Database, newID: () -> RowID
    ) throws {
        // Column names come from the schema; only values come from the stored text.
        let names = LibrarySchema.columns(of: kind).filter { columns[$0] != nil }
        let places = Array(repeating: "?", count: names.count + 1).joined(separator: ", ")
        let values = [id.data.databaseValue] + names.compactMap { columns[$0]?.value }
        try database.execute(
            sql: """
                INSERT INTO \(kind.table)(\((["id"] + names).joined(separator: ", ")))
                VALUES(\(places))
                """, arguments: StatementArguments(values))
        guard let companion = kind.companions else { return }
        for cell in companions.prefix(Limits.worksPerModel) {
            try database.execute(
                sql: """
                    INSERT INTO \(companion.table)(id, \(companion.owner), \(companion.value))
                    VALUES(?, ?, ?)
                    """, arguments: [newID().data, id.data, cell.value])
        }
    }
}

extension LibraryFileName {
    /// The files that a row of a kind names.
    static func files(of row: RemovedRow, _ kind: RemovedKind) -> [LibraryFileName] {
        let names =
            switch kind {
            case .work: ["works/\(row.text("sha256")).\(row.text("format"))"]
            case .model: ["models/\(row.text("digest")).model"]
            case .generation:
                [
                    "generations/\(row.text("sha256")).png",
                    "generations/\(row.text("sketch_sha256")).sketch",
                ]
            }
        return names.compactMap { LibraryFileName($0) }
    }
}
