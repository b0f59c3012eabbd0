import Foundation
package import GRDB
package import SyncKit
import SystemSupport

/// The tables of `library.sqlite`, which any SQLite tool may read and write.
///
/// Ids are blobs of 16 bytes, digests lowercase hexadecimal text, times milliseconds since 1970
/// UTC.
package enum LibrarySchema {
    /// What travels to the other devices. The numbers never change and are never used again.
    package static func synced() throws(SchemaError) -> SyncSchema {
        try SyncSchema(tables: [
            table("works", 1, workColumns),
            table("work_tags", 2, ["work_id", "tag"]),
            table("models", 3, modelColumns),
            table("model_works", 4, ["model_id", "work_id"]),
            table("generations", 5, generationColumns),
            table("removals", 6, removalColumns),
            table("erasures", 7, ["work_sha256", "statement", "device"]),
        ])
    }

    /// Makes the tables.
    package static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 library") { database in
            try database.execute(sql: works + models + generations + local)
        }
        migrator.registerMigration("2 fingerprints") { database in
            try database.execute(
                sql: "ALTER TABLE works ADD COLUMN fingerprint TEXT NOT NULL DEFAULT ''")
        }
        migrator.registerMigration("3 removals") { database in
            try database.execute(sql: removals)
        }
        migrator.registerMigration("4 figures") { database in
            try database.execute(
                sql: """
                    ALTER TABLE works ADD COLUMN landmarks TEXT NOT NULL DEFAULT '';
                    ALTER TABLE models ADD COLUMN landmarks TEXT NOT NULL DEFAULT '{}';
                    ALTER TABLE generations ADD COLUMN figure TEXT NOT NULL DEFAULT '';
                    """)
        }
        migrator.registerMigration("5 rights") { database in
            try database.execute(sql: rights)
        }
        migrator.registerMigration("6 previews") { database in
            for table in ["works", "models", "generations"] {
                try database.execute(sql: "ALTER TABLE \(table) ADD COLUMN preview BLOB")
            }
        }
        return migrator
    }

    /// The synced columns of the rows of a kind.
    static func columns(of kind: RemovedKind) -> [String] {
        switch kind {
        case .work: workColumns
        case .model: modelColumns
        case .generation: generationColumns
        }
    }

    // New columns go to the end: a column's number is its place.
    private static let workColumns = [
        "title", "note", "sha256", "pixel_hash", "width", "height", "format", "bytes", "basis",
        "licence", "statement", "device", "device_name", "created_at", "areas",
        "fingerprint", "landmarks", "reading", "preview",
    ]
    private static let modelColumns = [
        "name", "digest", "works_digest", "engine", "bytes", "analysis", "device", "device_name",
        "created_at", "landmarks", "preview",
    ]
    private static let generationColumns = [
        "model_id", "model_name", "model_digest", "works_digest", "engine", "seed", "width",
        "height", "sketch_sha256", "settings_digest", "body", "sha256", "pixel_hash", "sources",
        "spend", "receipt", "refusal", "rating", "source_withdrawn", "device", "device_name",
        "created_at", "settings", "drafts", "draft", "sheet", "largest_piece",
        "figure", "preview",
    ]

    private static let removalColumns = [
        "kind", "name", "files", "contents", "removed_at", "keep_until", "device", "device_name",
        "cause",
    ]

    private static func table(_ name: String, _ id: TableID, _ columns: [String]) -> SyncedTable {
        SyncedTable(
            name, id: id,
            columns: columns.enumerated().map { index, column in
                SyncedColumn(column, id: ColumnID(UInt8(clamping: index + 1)))
            })
    }

    private static let works = """
        CREATE TABLE works (
            id BLOB PRIMARY KEY NOT NULL DEFAULT (randomblob(16)),
            title TEXT NOT NULL DEFAULT '',
            note TEXT NOT NULL DEFAULT '',
            sha256 TEXT NOT NULL DEFAULT '',
            pixel_hash TEXT NOT NULL DEFAULT '',
            width INTEGER NOT NULL DEFAULT 0,
            height INTEGER NOT NULL DEFAULT 0,
            format TEXT NOT NULL DEFAULT '',
            bytes INTEGER NOT NULL DEFAULT 0,
            basis TEXT NOT NULL DEFAULT '',
            licence TEXT NOT NULL DEFAULT '',
            statement TEXT NOT NULL DEFAULT '',
            device TEXT NOT NULL DEFAULT '',
            device_name TEXT NOT NULL DEFAULT '',
            created_at INTEGER NOT NULL DEFAULT 0,
            areas TEXT NOT NULL DEFAULT '{}'
        );
        CREATE INDEX works_by_pixels ON works(pixel_hash);
        CREATE TABLE work_tags (
            id BLOB PRIMARY KEY NOT NULL DEFAULT (randomblob(16)),
            work_id BLOB,
            tag TEXT NOT NULL DEFAULT ''
        );
        CREATE INDEX work_tags_by_work ON work_tags(work_id, tag);

        """

    private static let models = """
        CREATE TABLE models (
            id BLOB PRIMARY KEY NOT NULL DEFAULT (randomblob(16)),
            name TEXT NOT NULL DEFAULT '',
            digest TEXT NOT NULL DEFAULT '',
            works_digest TEXT NOT NULL DEFAULT '',
            engine TEXT NOT NULL DEFAULT '',
            bytes INTEGER NOT NULL DEFAULT 0,
            analysis TEXT NOT NULL DEFAULT '{}',
            device TEXT NOT NULL DEFAULT '',
            device_name TEXT NOT NULL DEFAULT '',
            created_at INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE model_works (
            id BLOB PRIMARY KEY NOT NULL DEFAULT (randomblob(16)),
            model_id BLOB,
            work_id BLOB
        );
        CREATE INDEX model_works_by_model ON model_works(model_id);
        CREATE INDEX model_works_by_work ON model_works(work_id);

        """

    private static let generations = """
        CREATE TABLE generations (
            id BLOB PRIMARY KEY NOT NULL DEFAULT (randomblob(16)),
            model_id BLOB,
            model_name TEXT NOT NULL DEFAULT '',
            model_digest TEXT NOT NULL DEFAULT '',
            works_digest TEXT NOT NULL DEFAULT '',
            engine TEXT NOT NULL DEFAULT '',
            seed INTEGER NOT NULL DEFAULT 0,
            width INTEGER NOT NULL DEFAULT 0,
            height INTEGER NOT NULL DEFAULT 0,
            sketch_sha256 TEXT NOT NULL DEFAULT '',
            settings_digest TEXT NOT NULL DEFAULT '',
            body TEXT NOT NULL DEFAULT '',
            sha256 TEXT NOT NULL DEFAULT '',
            pixel_hash TEXT NOT NULL DEFAULT '',
            sources TEXT NOT NULL DEFAULT '{}',
            spend TEXT NOT NULL DEFAULT '',
            receipt TEXT NOT NULL DEFAULT '',
            refusal TEXT NOT NULL DEFAULT '',
            rating INTEGER NOT NULL DEFAULT 0,
            source_withdrawn INTEGER NOT NULL DEFAULT 0,
            device TEXT NOT NULL DEFAULT '',
            device_name TEXT NOT NULL DEFAULT '',
            created_at INTEGER NOT NULL DEFAULT 0,
            settings TEXT NOT NULL DEFAULT '{}',
            drafts INTEGER NOT NULL DEFAULT 0,
            draft INTEGER NOT NULL DEFAULT 0,
            sheet BLOB,
            largest_piece REAL NOT NULL DEFAULT 0
        );
        CREATE INDEX generations_by_sheet ON generations(sheet);
        CREATE INDEX generations_by_body ON generations(body);
        CREATE INDEX generations_by_spend ON generations(spend);

        """

    /// What a device removed, by the id that it had: files go by these rows alone, never because
    /// another row is missing.
    private static let removals = """
        CREATE TABLE removals (
            id BLOB PRIMARY KEY NOT NULL DEFAULT (randomblob(16)),
            kind TEXT NOT NULL DEFAULT '',
            name TEXT NOT NULL DEFAULT '',
            files TEXT NOT NULL DEFAULT '[]',
            contents TEXT NOT NULL DEFAULT '',
            removed_at INTEGER NOT NULL DEFAULT 0,
            keep_until INTEGER NOT NULL DEFAULT 0,
            device TEXT NOT NULL DEFAULT '',
            device_name TEXT NOT NULL DEFAULT ''
        );
        CREATE TABLE trashed_files (
            file TEXT PRIMARY KEY NOT NULL,
            since INTEGER NOT NULL
        );
        """

    /// What was registered with the server, and the community's reservations, stay on the device.
    private static let rights = """
        ALTER TABLE works ADD COLUMN reading TEXT NOT NULL DEFAULT '';
        ALTER TABLE removals ADD COLUMN cause BLOB;
        CREATE INDEX removals_by_cause ON removals(cause);
        CREATE TABLE erasures (
            id BLOB PRIMARY KEY NOT NULL DEFAULT (randomblob(16)),
            work_sha256 TEXT NOT NULL DEFAULT '',
            statement TEXT NOT NULL DEFAULT '',
            device TEXT NOT NULL DEFAULT ''
        );
        CREATE INDEX erasures_by_work ON erasures(work_sha256);
        CREATE TABLE registrations (
            kind TEXT NOT NULL,
            digest TEXT NOT NULL,
            compact TEXT NOT NULL,
            is_sent INTEGER NOT NULL DEFAULT 0,
            is_withdrawn INTEGER NOT NULL DEFAULT 0,
            refusal TEXT NOT NULL DEFAULT '',
            text TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (kind, digest)
        );
        CREATE TABLE reservation_wishes (
            work TEXT PRIMARY KEY NOT NULL,
            act TEXT NOT NULL,
            is_sent INTEGER NOT NULL,
            number INTEGER,
            state TEXT NOT NULL DEFAULT '',
            words TEXT NOT NULL DEFAULT ''
        );
        CREATE TABLE reservations (
            number INTEGER PRIMARY KEY NOT NULL,
            tag BLOB NOT NULL,
            fingerprint BLOB NOT NULL
        );
        CREATE INDEX reservations_by_tag ON reservations(tag);
        """

    private static let local = """
        CREATE TABLE local_values (
            key TEXT PRIMARY KEY NOT NULL,
            value TEXT NOT NULL
        );
        """
}

/// The library's database by the name that SQLite takes: text, where the path may be any bytes.
struct DatabaseFile {
    private let file: URL

    init(_ file: URL) {
        self.file = file
    }

    /// Sizes and modification times of a database's files: they differ after a write.
    static func writeMark(of file: URL) -> [Int64] {
        ["", "-wal"].flatMap { suffix -> [Int64] in
            var status = stat()
            let file = URL(fileBytes: file.fileBytes + Array(suffix.utf8))
            guard file.withFileName({ stat($0, &status) }) == 0 else { return [] }
            let time = status.st_mtim
            return [
                Int64(clamping: status.st_size), Int64(clamping: time.tv_sec),
                Int64(clamping: time.tv_nsec),
            ]
        }
    }

    /// The path; where that is not UTF-8, its URI, which SQLite turns back into bytes.
    var name: String {
        String(validating: file.fileBytes, as: UTF8.self)
            ?? file.absoluteURL.absoluteString
    }

    /// The name for reading in a folder where SQLite cannot make its -wal and -shm files.
    ///
    /// Nil where the -wal file holds changes: without them the database would be an older state.
    var unchangingName: String? {
        let log = URL(fileBytes: file.fileBytes + Array("-wal".utf8))
        guard LibraryFile.size(of: log) == 0 else { return nil }
        return file.absoluteURL.absoluteString + "?immutable=1"
    }

    /// Opens the database for a copy, while other connections stay open.
    func open(toRead isReadOnly: Bool) throws -> DatabaseQueue {
        guard isReadOnly else { return try DatabaseQueue(path: name) }
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: unchangingName ?? name, configuration: configuration)
        _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
        return queue
    }
}
