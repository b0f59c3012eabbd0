package import AtelierProtocol
package import SignedObjects

/// Why the server did not do what it was asked to.
package enum ServerError: Error, Equatable, CustomStringConvertible {
    /// A request was refused; the client is told kind and detail.
    case refused(Problem.Kind, detail: String, retryAfter: Int? = nil)
    /// No such account, for a command.
    case noSuchAccount(String)
    /// There is none of that name, for a command; `list` is the one that shows them.
    case notFound(String, list: String)
    /// Several accounts begin so, for a command.
    case ambiguousAccount(String)
    /// A command's value is out of its bounds.
    case invalidValue(name: String, reason: String)
    /// The data folder holds no server.
    case noServer(path: String)
    /// The data folder cannot be used.
    case unusableFolder(path: String, reason: String)
    /// The database is of a server with another key.
    case otherKey(path: String)
    /// A newer program has changed the tables.
    case newerDatabase(step: String)
    /// The key file is not a key.
    case damagedKey(path: String)
    /// A port cannot be taken.
    case cannotListen(address: String, reason: String)
    /// Another server runs on the folder.
    case folderInUse(path: String)
    /// This machine's clock cannot be right.
    case wrongClock(ClockFault, now: UnixTime)

    /// What is wrong with this machine's clock, and the time to compare it with.
    package enum ClockFault: Equatable, Sendable {
        /// It was set since: it should be this time.
        case moved(UnixTime)
        /// It is behind this last time that was known to be right.
        case behind(UnixTime)
        /// It is far after this last time that was known to be right.
        case afterLongPause(UnixTime)
    }

    /// The text form.
    package var description: String {
        switch self {
        case .refused(_, let detail, _):
            detail
        case .noSuchAccount(let text):
            "No account \(text) here. `accounts list` shows them."
        case .notFound(let what, let list):
            "No \(what) here. `\(list)` shows them."
        case .ambiguousAccount(let text):
            "Several accounts begin with \(text). Give more of the id."
        case .invalidValue(let name, let reason):
            "\(name) \(reason)."
        case .noServer(let path):
            "There is no server in \(path). Name its folder: --data DIR; `invite create` and "
                + "`serve` make a new one."
        case .unusableFolder(let path, let reason):
            "The data folder \(path) cannot be used: \(reason). Check its rights and the disk."
        case .damagedKey(let path):
            "The key file \(path) is damaged. Restore it from a backup: every device has pinned it."
        case .cannotListen(let address, let reason):
            "Cannot listen on \(address): \(reason). Name another address and port: --listen or "
                + "--metrics-listen."
        case .folderInUse(let path):
            "Another server runs on \(path). End that one first, or name another folder: --data "
                + "DIR. Several servers share a PostgreSQL database, never a folder's own."
        case .wrongClock(let fault, let now):
            Self.explain(fault, now)
        case .newerDatabase(let step):
            "The database is of a newer atelier-server (it has the step \(step)). Install that "
                + "version or a later one; nothing was changed."
        case .otherKey(let path):
            "The database is of a server with another key than \(path)/keys/server.key. Copy that "
                + "file from a server that shares the database: devices trust only its key."
        }
    }

    private static func explain(_ fault: ClockFault, _ now: UnixTime) -> String {
        let command = "say so once: atelier-server service clock --reason"
        return switch fault {
        case .moved(let expected):
            "This machine's clock says \(now.rfc3339), but by the time that has passed since the "
                + "server last looked it is \(expected.rfc3339). Let it follow a time server. If "
                + "it is right now and was wrong before, \(command) clock-was-wrong."
        case .behind(let last):
            "This machine's clock says \(now.rfc3339), but this server ran at "
                + "\(last.rfc3339) already. Let it follow a time server, then start again. If it "
                + "is right now and was ahead before, \(command) clock-was-wrong."
        case .afterLongPause(let last):
            "This machine's clock says \(now.rfc3339); this server last ran at "
                + "\(last.rfc3339), over \(Limits.clockPause.components.seconds / 86_400) days "
                + "before. With a clock that is ahead, credits would end too early. If it is right "
                + "and the server was off for so long, \(command) was-off."
        }
    }
}
