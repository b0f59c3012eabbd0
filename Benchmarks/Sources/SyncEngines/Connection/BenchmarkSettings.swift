import Workload

/// What every engine on SQLite runs with, so that only the engines differ.
package enum BenchmarkSettings {
    /// The settings of a connection, in the order in which they are made.
    package static func pragmas(_ durability: Durability) -> [String] {
        [
            "PRAGMA page_size = 4096",
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = \(durability.rawValue.uppercased())",
            "PRAGMA cache_size = -65536",
            "PRAGMA temp_store = MEMORY",
            "PRAGMA wal_autocheckpoint = 1000",
        ]
    }

    /// The table of the workload.
    package static let table = """
        CREATE TABLE works(id BLOB PRIMARY KEY NOT NULL, title TEXT, file_hash BLOB,
          width INTEGER, height INTEGER, created_at INTEGER, license TEXT, note TEXT)
        """

    /// The columns besides the id.
    package static let columns = WorkloadColumn.allCases.map(\.name).joined(separator: ", ")

    /// Adds a row: the id, then the columns.
    package static let insertion = """
        INSERT INTO works(id, \(columns)) VALUES(?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// Changes each column by the row's id, in the order of the columns.
    package static let updates = WorkloadColumn.allCases.map {
        "UPDATE works SET \($0.name) = ? WHERE id = ?"
    }

    /// Removes the row with an id.
    package static let deletion = "DELETE FROM works WHERE id = ?"
}
