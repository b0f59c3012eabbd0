extension ServerCore {
    /// Whether a transaction is on the disk when its reply is sent, as far as this program decides
    /// that: with PostgreSQL the database's own settings do.
    package func commitsWaitForDisk() throws -> Bool {
        try database.write { db in
            guard db.kind == .sqlite else {
                let setting: String? = try db.value("SELECT current_setting('synchronous_commit')")
                return setting != "off"
            }
            // FULL is 2, EXTRA 3.
            let level: Int? = try db.value("PRAGMA synchronous")
            return level ?? 0 >= 2
        }
    }
}
