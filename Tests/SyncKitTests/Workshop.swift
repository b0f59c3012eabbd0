import GRDB
import SyncKit
import TestSupport

/// A database with a column of each merge policy, and tags as rows of their own.
enum Workshop {
    static func schema() throws -> SyncSchema {
        try SyncSchema(tables: [
            SyncedTable(
                "items", id: 1,
                columns: [
                    SyncedColumn("title", id: 1),
                    SyncedColumn("origin", id: 2, .firstWriter),
                    SyncedColumn("best", id: 3, .maximum),
                    SyncedColumn("plays", id: 4, .counter),
                ]),
            SyncedTable(
                "tags", id: 2, columns: [SyncedColumn("item", id: 1), SyncedColumn("tag", id: 2)]),
        ])
    }

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("workshop") { db in
            try db.execute(
                sql: """
                    CREATE TABLE items(id BLOB PRIMARY KEY NOT NULL, title, origin, best,
                    plays INTEGER NOT NULL DEFAULT 0);
                    CREATE TABLE tags(id BLOB PRIMARY KEY NOT NULL DEFAULT (randomblob(16)),
                    item BLOB, tag TEXT);
                    """)
        }
        return migrator
    }

    /// Opens a store that does not wait for the disk.
    static func open(
        _ path: String, _ environment: SyncEnvironment,
        _ configuration: Configuration = unsafeConfiguration
    ) throws -> SyncStore {
        try SyncStore(
            path: path, schema: try schema(), migrator: migrator, environment: environment,
            configuration: configuration)
    }

    /// Never waits for the disk: a test needs no power cut to be survived.
    static var unsafeConfiguration: Configuration {
        var configuration = SyncStore.defaultConfiguration
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        return configuration
    }

    /// Every synced cell as text, in the order of the keys.
    static func contents(of store: SyncStore) throws -> [String] {
        try store.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT hex(id) || '·' || quote(title) || '·' || quote(origin) || '·'
                    || quote(best) || '·' || plays FROM items
                    UNION ALL SELECT hex(id) || '·' || quote(item) || '·' || quote(tag) FROM tags
                    ORDER BY 1
                    """)
        }
    }
}

extension SyncStore {
    /// What the store counted of its state.
    func storedDigest() throws -> Int64 {
        try value("SELECT value FROM sync_state WHERE name = 'digest'") ?? 0
    }

    /// Where the store's file is.
    var path: String {
        get throws { try value("SELECT file FROM pragma_database_list WHERE name = 'main'") ?? "" }
    }

    /// Runs `sql` as one transaction.
    func run(_ sql: String) throws {
        try write { try $0.execute(sql: sql) }
    }

    /// The only value of the only row.
    func value<Value: DatabaseValueConvertible>(_ sql: String) throws -> Value? {
        try read { try Value.fetchOne($0, sql: sql) }
    }
}
