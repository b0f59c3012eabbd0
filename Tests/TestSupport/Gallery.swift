package import GRDB
package import SyncKit

/// The small database that the engine's tests sync: pictures and their tags.
package enum Gallery {
    /// The tables' schema.
    package static func schema() throws -> SyncSchema {
        try SyncSchema(tables: [
            SyncedTable(
                "pictures", id: 1,
                columns: [
                    SyncedColumn("title", id: 1), SyncedColumn("width", id: 2),
                    SyncedColumn("weight", id: 3), SyncedColumn("data", id: 4),
                ]),
            SyncedTable(
                "tags", id: 2,
                columns: [SyncedColumn("picture", id: 1), SyncedColumn("tag", id: 2)]),
        ])
    }

    /// Makes the tables.
    package static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("gallery") { db in
            try db.execute(
                sql: """
                    CREATE TABLE pictures(id BLOB PRIMARY KEY NOT NULL, title TEXT, width INTEGER,
                    weight REAL, data BLOB, seen_here INTEGER NOT NULL DEFAULT 0);
                    CREATE TABLE tags(id BLOB PRIMARY KEY NOT NULL DEFAULT (randomblob(16)),
                    picture BLOB, tag TEXT);
                    """)
        }
        return migrator
    }

    /// A store of the gallery.
    package static func open(_ path: String, _ environment: SyncEnvironment) throws -> SyncStore {
        try SyncStore(
            path: path, schema: try schema(), migrator: migrator, environment: environment)
    }

    /// Every synced cell as text, in the order of the keys: two replicas agree when these do.
    package static func contents(of store: SyncStore) throws -> [String] {
        try store.read { db in
            let pictures = try String.fetchAll(
                db,
                sql: """
                    SELECT hex(id) || quote(title) || quote(width) || quote(weight) || quote(data)
                    FROM pictures ORDER BY id
                    """)
            let tags = try String.fetchAll(
                db, sql: "SELECT hex(id) || quote(picture) || quote(tag) FROM tags ORDER BY id")
            return pictures + tags
        }
    }

    /// The keys that every replica of a test holds.
    package static func keys() -> LibraryKeys? {
        LibraryKeys([1: [UInt8](repeating: 7, count: 32)])
    }

    /// The account of the tests.
    package static let account = [UInt8](repeating: 1, count: 16)
}
