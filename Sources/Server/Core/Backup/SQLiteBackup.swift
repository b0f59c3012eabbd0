import Foundation
import GRDB
import SignedObjects

/// A backup of a folder with its own database: that database, and a table `backup` with the key.
struct SQLiteBackup {
    /// What was written into the table `backup`.
    struct Contents {
        let taken: UnixTime
        let key: SigningKey?
        /// The public key that the database is bound to.
        let identity: Data?
        let accounts: Int
        let reading: EpochCheckpoint.Reading
    }

    private static let format = "atelier-server backup 1"

    /// Copies the database at `source` as it is at one moment, while others write to it.
    static func write(
        from source: String, to draft: DraftFile, key: SigningKey?, taken: UnixTime
    ) throws -> Contents {
        try DatabaseQueue(path: source, configuration: readOnly).inDatabase { db in
            try db.execute(sql: "VACUUM INTO ?", arguments: [draft.path])
        }
        let queue = try DatabaseQueue(path: draft.path)
        try queue.write { db in
            try db.execute(
                sql: "CREATE TABLE backup (name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL)")
            let add = "INSERT INTO backup (name, value) VALUES (?, ?)"
            try db.execute(sql: add, arguments: ["format", Data(format.utf8)])
            try db.execute(sql: add, arguments: ["taken", Data(taken.rfc3339.utf8)])
            if let key { try db.execute(sql: add, arguments: ["key", Data(key.bytes)]) }
        }
        let contents = try queue.read { try Self.contents($0) }
        try queue.close()
        guard let contents else {
            throw BackupError.damaged(path: draft.path, reason: "it was written wrong")
        }
        return contents
    }

    /// Reads what a backup holds, after checking it from end to end.
    static func read(_ path: String) throws -> Contents {
        do {
            return try DatabaseQueue(path: path, configuration: readOnly).read { db in
                let answer = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
                guard answer == "ok" else {
                    throw BackupError.damaged(path: path, reason: "the database's check fails")
                }
                guard let contents = try contents(db) else {
                    throw BackupError.damaged(path: path, reason: "`backup` did not write it")
                }
                return contents
            }
        } catch let error as DatabaseError {
            throw BackupError.damaged(path: path, reason: "\(error.resultCode)")
        }
    }

    /// Copies the database of the backup at `path`, without the key.
    static func copy(_ path: String, to draft: DraftFile) throws {
        try DatabaseQueue(path: path, configuration: readOnly).inDatabase { db in
            try db.execute(sql: "VACUUM INTO ?", arguments: [draft.path])
        }
        let queue = try DatabaseQueue(path: draft.path)
        try queue.writeWithoutTransaction { db in
            // Nothing of the key stays in the freed pages.
            try db.execute(sql: "PRAGMA secure_delete = ON")
            try db.execute(sql: "DROP TABLE backup")
        }
        try queue.close()
    }

    private static var readOnly: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(Limits.busySeconds)
        return configuration
    }

    /// Nil where this is no backup.
    private static func contents(_ db: GRDB.Database) throws -> Contents? {
        guard try db.tableExists("backup"), try db.tableExists("account"),
            try value("format", db) == Data(format.utf8), let taken = try value("taken", db),
            let moment = UnixTime(rfc3339: String(decoding: taken, as: UTF8.self))
        else { return nil }
        let key = try value("key", db).map { bytes in
            guard let key = SigningKey(bytes: Array(bytes)) else {
                throw StoredFormError(column: "key")
            }
            return key
        }
        return Contents(
            taken: moment, key: key,
            identity: try Data.fetchOne(
                db, sql: "SELECT value FROM identity WHERE name = 'key'"),
            accounts: try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM account") ?? 0,
            reading: try SQLiteStore.reading(of: db))
    }

    private static func value(_ name: String, _ db: GRDB.Database) throws -> Data? {
        try Data.fetchOne(db, sql: "SELECT value FROM backup WHERE name = ?", arguments: [name])
    }
}
