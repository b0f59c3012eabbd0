import SyncKit
import TestSupport

/// One change to the tables of ``Annex``; SQLite may refuse it for a constraint.
struct AnnexStatement: Hashable, Sendable, CustomStringConvertible {
    enum Kind: Hashable, Sendable, CaseIterable {
        case addShelf
        /// INSERT OR REPLACE: another shelf of that name goes, and with it its books.
        case putShelf
        case nameShelf
        case deleteShelf
        case addBook
        case moveBook
        case lendBook
        case deleteBook
        case count
        /// Deletes the one tally that may be.
        case dropTally
    }

    let kind: Kind
    let key: Int
    /// Another row's key.
    let other: Int
    /// What is written: few values, so that replicas clash.
    let value: Int

    init(_ generator: inout SeededGenerator) {
        let kinds =
            Kind.allCases + [.addShelf, .addBook, .addBook, .moveBook, .count, .count, .count]
        kind = kinds[generator.below(kinds.count)]
        key = generator.below(Annex.keys)
        other = generator.below(Annex.keys)
        value = 1 + generator.below(Annex.values)
    }

    /// The SQL and the values of its parameters.
    var query: Statement.Query {
        let (id, related) = (Studio.id(key), Studio.id(other))
        let text = SQLValue.text(Array("n\(value)".utf8))
        let number = SQLValue.integer(Int64(value))
        return switch kind {
        case .addShelf:
            .init(sql: "INSERT INTO shelves(id, name) VALUES(?, ?)", values: [id, text])
        case .putShelf:
            .init(sql: "INSERT OR REPLACE INTO shelves(id, name) VALUES(?, ?)", values: [id, text])
        case .nameShelf:
            .init(sql: "UPDATE shelves SET name = ? WHERE id = ?", values: [text, id])
        case .deleteShelf: .init(sql: "DELETE FROM shelves WHERE id = ?", values: [id])
        case .addBook:
            .init(
                sql: "INSERT INTO books(id, shelf, title, origin) VALUES(?, ?, ?, ?)",
                values: [id, related, text, number])
        case .moveBook:
            .init(
                sql: "UPDATE books SET shelf = ?, title = ? WHERE id = ?",
                values: [related, text, id])
        case .lendBook:
            .init(sql: "UPDATE books SET sequel = ? WHERE id = ?", values: [related, id])
        case .deleteBook: .init(sql: "DELETE FROM books WHERE id = ?", values: [id])
        case .dropTally:
            .init(
                sql: "DELETE FROM tallies WHERE id = ?", values: [Studio.id(Annex.droppedTally)])
        case .count:
            .init(
                sql: """
                    INSERT INTO tallies(id, plays, best) VALUES(?1, ?2, ?2) ON CONFLICT(id)
                    DO UPDATE SET plays = plays + ?2, best = max(best, ?2)
                    """, values: [id, number])
        }
    }

    var description: String { "\(kind) \(key) \(other) \(value)" }
}

/// One transaction on the tables of ``Annex``.
struct AnnexWrite: Hashable, Sendable, CustomStringConvertible {
    let program: Step.Program
    let statements: [AnnexStatement]

    var description: String {
        "\(program) writes: " + statements.map(\.description).joined(separator: "; ")
    }
}
