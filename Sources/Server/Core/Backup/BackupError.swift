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
