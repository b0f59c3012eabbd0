import CSQLite
package import GRDB

/// What makes SQLite faster where thousands of connections are opened, and no app needs.
package enum SQLiteTuning {
    /// Keeps no statistics, which needs a lock for each piece of memory, and gives each connection
    /// a supply of small pieces that is rarely used up.
    ///
    /// Must be called before anything else uses SQLite.
    package static func prepareForManyConnections() {
        let codes = [
            atelier_sqlite_set_memory_statistics(0), atelier_sqlite_set_lookaside(1200, 256),
        ]
        precondition(codes == [SQLITE_OK, SQLITE_OK], "SQLite is in use already")
    }

    /// The same configuration, without the question that GRDB has SQLite ask for each column that a
    /// statement names. It serves observers, and GRDB's memory of the schema: the engine has
    /// neither.
    package static func withoutAuthorizer(_ configuration: Configuration) -> Configuration {
        var configuration = configuration
        configuration.prepareDatabase { db in
            sqlite3_set_authorizer(db.sqliteConnection, nil, nil)
        }
        return configuration
    }
}
