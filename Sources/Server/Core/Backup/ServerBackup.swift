public import Foundation
public import SignedObjects

/// Backups of a server: one file that holds everything a new machine needs, the key included.
public struct ServerBackup: Sendable {
    private let folder: URL
    private let database: String?
    private let clock: @Sendable () -> UnixTime

    /// - Parameters:
    ///   - folder: The server's folder.
    ///   - database: The connection URI of its PostgreSQL database; nil: a file in the folder.
    public init(
        folder: URL, database: String? = nil, clock: @escaping @Sendable () -> UnixTime
    ) {
        self.folder = folder
        self.database = database
        self.clock = clock
    }

    private var keyPath: String { folder.appendingPathComponent("keys/server.key").path }
    private var databasePath: String { folder.appendingPathComponent("server.sqlite").path }

    /// Writes a backup while the server goes on: everything acknowledged before this began is in
    /// it. With PostgreSQL the key lies beside the file, as `FILE.key`.
    ///
    /// - Parameter withKey: Whether the key is in it: who has the key can speak as the server.
    /// - Throws: Where `file` is there already, or the server is not.
    public func write(to file: URL, withKey: Bool) throws -> BackupSummary {
        let taken = clock()
        guard access(keyPath, F_OK) == 0, database != nil || access(databasePath, F_OK) == 0
        else { throw ServerError.noServer(path: folder.path) }
        let key = try ServerKey.open(in: folder.appendingPathComponent("keys"))
        let draft = try DraftFile(for: file.path)
        defer { draft.remove() }
        if let database {
            return try write(
                database, draft, to: file, key: withKey ? key : nil, taken: taken)
        }
        let contents = try SQLiteBackup.write(
            from: databasePath, to: draft, key: withKey ? key : nil, taken: taken)
        try draft.publish()
        return try Self.summary(
            file, taken, accounts: contents.accounts, contents.reading, hasKey: withKey)
    }

    private func write(
        _ database: String, _ draft: DraftFile, to file: URL, key: SigningKey?, taken: UnixTime
    ) throws -> BackupSummary {
        let keyDraft = try key.map { _ in try DraftFile(for: "\(file.path).key") }
        defer { keyDraft?.remove() }
        let store = try PostgresStore(address: database, connections: 1, isMigrating: false)
        let (accounts, reading) = try store.read { db in
            (
                try db.value("SELECT COUNT(*) FROM account") as Int? ?? 0,
                try EpochCheckpoint.Reading(of: db)
            )
        }
        try PostgresTools(database).writeDump(to: draft.path)
        if let key, let keyDraft {
            try ServerKey.write(key, to: keyDraft.path)
            try keyDraft.publish()
        }
        try draft.publish()
        return try Self.summary(file, taken, accounts: accounts, reading, hasKey: key != nil)
    }

    /// Restores a backup into an empty folder; the server then begins a new epoch, and every device
    /// sends at its next sync what the backup lacks.
    ///
    /// - Throws: Where a server is there already, or the file is not whole; nothing was changed.
    public func restore(from file: URL, actor: String) throws -> BackupSummary {
        let start = try Self.start(of: file.path)
        let isPostgres = start.starts(with: Data("PGDMP".utf8))
        guard isPostgres || start == Data("SQLite format 3\0".utf8) else {
            throw BackupError.damaged(path: file.path, reason: "it is no backup of a server")
        }
        guard isPostgres == (database != nil) else {
            throw BackupError.otherKind(path: file.path, isPostgres: isPostgres)
        }
        let summary =
            if let database { try restore(file, into: database) } else { try restoreFile(file) }
        let core = try ServerCore(folder: folder, database: database, isNewAllowed: true)
        try core.epochs.noteRestore(taken: summary.taken, actor: actor)
        return BackupSummary(
            path: summary.path, bytes: summary.bytes, taken: summary.taken,
            accounts: summary.accounts, segments: summary.segments,
            epoch: try core.epochs.presentNow(), hasKey: summary.hasKey)
    }

    private func restoreFile(_ file: URL) throws -> BackupSummary {
        let contents = try SQLiteBackup.read(file.path)
        try makeFolder()
        let draft = try DraftFile(for: databasePath)
        defer { draft.remove() }
        try SQLiteBackup.copy(file.path, to: draft)
        try placeKey(contents.key, identity: contents.identity)
        // The mark first, so that the database is behind it from its first moment on: whatever
        // breaks off now, the next start begins a new epoch.
        let mark = try EpochCheckpoint(folder.appendingPathComponent("server.epoch"))
        let known = try mark.read()
        try mark.note(
            EpochCheckpoint.Reading(
                epoch: max(known?.epoch ?? 0, contents.reading.epoch) + 1,
                segments: contents.reading.segments))
        try draft.publish()
        return try Self.summary(
            file, contents.taken, accounts: contents.accounts, contents.reading,
            hasKey: contents.key != nil)
    }

    private func restore(_ file: URL, into database: String) throws -> BackupSummary {
        let store = try PostgresStore(address: database, connections: 1, isMigrating: false)
        let isUsed = try store.read { db in
            try db.value("SELECT to_regclass('account')::text") as String? != nil
        }
        guard !isUsed else { throw BackupError.databaseInUse }
        let beside = "\(file.path).key"
        let key = access(beside, F_OK) == 0 ? try ServerKey.read(beside) : nil
        try makeFolder()
        let script = try DraftFile(for: folder.appendingPathComponent("restore.sql").path)
        defer { script.remove() }
        let tools = try PostgresTools(database)
        try tools.read(file.path, into: script.path)
        try placeKey(key, identity: nil)
        // With an unknown cluster in it, the database begins a new epoch at its first start.
        try tools.run(
            script: script.path,
            then: """
                RESET search_path;
                UPDATE identity SET value = '\\x00' WHERE name = 'cluster'
                """)
        let (accounts, reading) = try store.read { db in
            (
                try db.value("SELECT COUNT(*) FROM account") as Int? ?? 0,
                try EpochCheckpoint.Reading(of: db)
            )
        }
        let taken = try Self.modified(file.path)
        return try Self.summary(file, taken, accounts: accounts, reading, hasKey: key != nil)
    }

    private func makeFolder() throws {
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("keys"), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    /// The key of the backup, where the folder has none; else the folder's must be the right one.
    private func placeKey(_ key: SigningKey?, identity: Data?) throws {
        if access(keyPath, F_OK) == 0 {
            let own = try ServerKey.read(keyPath)
            let wanted = identity ?? key?.verifyingKey.blob
            guard wanted == nil || wanted == own.verifyingKey.blob else {
                throw BackupError.otherKey(path: keyPath)
            }
            return
        }
        guard let key else { throw BackupError.keyMissing(path: keyPath) }
        let draft = try DraftFile(for: keyPath)
        defer { draft.remove() }
        try ServerKey.write(key, to: draft.path)
        try draft.publish()
    }

    private static func summary(
        _ file: URL, _ taken: UnixTime, accounts: Int, _ reading: EpochCheckpoint.Reading,
        hasKey: Bool
    ) throws -> BackupSummary {
        let bytes = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
        return BackupSummary(
            path: file.path, bytes: bytes ?? 0, taken: taken, accounts: accounts,
            segments: reading.segments, epoch: reading.epoch, hasKey: hasKey)
    }

    private static func modified(_ path: String) throws -> UnixTime {
        let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
        let seconds = (date as? Date)?.timeIntervalSince1970 ?? 0
        return UnixTime(milliseconds: Int64(seconds * 1000))
    }

    /// The first bytes, which identify the format.
    private static func start(of path: String) throws -> Data {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw BackupError.unusable(path: path, reason: DraftFile.reason(errno))
        }
        defer { try? handle.close() }
        return try handle.read(upToCount: 16) ?? Data()
    }
}

/// What a backup holds.
public struct BackupSummary: Codable, Sendable {
    /// Where it is.
    public let path: String
    /// How large it is.
    public let bytes: Int
    /// When it was made.
    public let taken: UnixTime
    /// How many accounts are in it.
    public let accounts: Int
    /// How many segments were ever stored; 0 in PostgreSQL, which does not count them.
    public let segments: Int64
    /// The epoch at that time.
    public let epoch: Int
    /// Whether the server's key is in it, or beside it.
    public let hasKey: Bool
}

/// Why a backup was not made, or not restored; nothing was changed.
enum BackupError: Error, Equatable, CustomStringConvertible {
    /// A file is in the way.
    case alreadyThere(path: String)
    /// The file cannot be read or written.
    case unusable(path: String, reason: String)
    /// The file is no backup, or not a whole one.
    case damaged(path: String, reason: String)
    /// The backup is of another kind of database.
    case otherKind(path: String, isPostgres: Bool)
    /// The backup was made without the key, and the folder has none.
    case keyMissing(path: String)
    /// The folder's key is not the one that signed what is in the backup.
    case otherKey(path: String)
    /// The database has tables already.
    case databaseInUse
    /// A program of PostgreSQL is not here.
    case toolMissing(name: String, byHand: String)
    /// A program of PostgreSQL failed; what it said is on standard error.
    case toolFailed(name: String, status: Int32)

    var description: String {
        switch self {
        case .alreadyThere(let path):
            "\(path) is there already and is never overwritten. Move it away, or name another."
        case .unusable(let path, let reason):
            "\(path) cannot be used: \(reason). Check its rights and the disk."
        case .damaged(let path, let reason):
            "\(path) is no whole backup: \(reason). Take another."
        case .otherKind(let path, let isPostgres):
            isPostgres
                ? "\(path) is a backup of a PostgreSQL database. Say which one: --database URI."
                : "\(path) is a backup of a folder's own database. Leave out --database."
        case .keyMissing(let path):
            "The backup was made without the server's key. Put that key at \(path) first: "
                + "devices trust only it."
        case .otherKey(let path):
            "The key at \(path) is not the one of the backup. Name a folder without a key, or put "
                + "the right one there."
        case .databaseInUse:
            "The database has tables of a server already and is never overwritten. Name an empty "
                + "one."
        case .toolMissing(let name, let byHand):
            "\(name) is not here. Install PostgreSQL's client programs, or run where they are: "
                + byHand
        case .toolFailed(let name, let status):
            "\(name) ended with \(status); see what it said above."
        }
    }
}
