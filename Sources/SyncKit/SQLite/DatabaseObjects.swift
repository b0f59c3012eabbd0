import Crypto
import GRDB

/// What a database's own list of tables, indexes and triggers says, read once.
struct DatabaseObjects {
    /// Names as they are spelled, by the same names in lower case.
    private var tableNames: [String: String] = [:]
    /// Changes whenever the list does. SQLite's schema version would not do: it also rises when
    /// GRDB makes and drops a table to set up the log file.
    let signature: [UInt8]

    init(_ db: Database) throws {
        var all: [UInt8] = []
        let found = try PreparedStatement(
            """
            SELECT type || ' ' || name || ' ' || ifnull(sql, ''),
            CASE type WHEN 'table' THEN name END FROM sqlite_master
            """, in: db)
        while try found.step() {
            all.append(contentsOf: found.borrowed(0))
            guard !found.isNull(1) else { continue }
            let name = String(decoding: found.borrowed(1), as: UTF8.self)
            tableNames[name.lowercased()] = name
        }
        signature = Array(SHA256.hash(data: all))
    }

    /// Whether there is a table with a name, in whatever case.
    func hasTable(_ name: String) -> Bool { tableNames[name.lowercased()] != nil }
}

extension Database {
    /// Whether there is a table with a name, in whatever case: for one question alone. GRDB's own
    /// `tableExists` reads the whole schema first.
    func hasTable(_ name: String) throws -> Bool {
        let found = try PreparedStatement(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE",
            in: self)
        try found.bind([.text(Array(name.utf8))])
        return try found.step()
    }
}
