import GRDB

extension Database {
    /// Whether there is a table with a name, in whatever case. GRDB's own question reads the whole
    /// schema first.
    func hasTable(_ name: String) throws -> Bool {
        let found = try PreparedStatement(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE",
            in: self)
        try found.bind([.text(Array(name.utf8))])
        return try found.step()
    }
}
