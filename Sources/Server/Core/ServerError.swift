package import AtelierProtocol
import CreditLedger
import Foundation
import GRDB
package import SignedObjects

/// Why the server did not do what it was asked to.
package enum ServerError: Error, Equatable, CustomStringConvertible {
    /// A request was refused; the client gets kind and detail.
    case refused(Problem.Kind, detail: String, retryAfter: Int? = nil)
    /// No such account, for a command.
    case noSuchAccount(String)
    /// There is none of that name, for a command; `list` is the one that shows them.
    case notFound(String, list: String)
    /// Several accounts begin so, for a command.
    case ambiguousAccount(String)
    /// A moderator may not do this.
    case notAllowed(name: String, needs: ModeratorRole)
    /// The case does not take this now.
    case caseRefused(CaseRefusal)
    /// Something happened in the case after the first `since` events, which is all that the
    /// moderator had read.
    case caseChanged(Int64, since: Int)
    /// A colleague works on the case until then.
    case caseTaken(Int64, by: String, until: UnixTime)
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
        case .notAllowed(let name, let role):
            "\(name) may not do this: it needs the role \(role.rawValue)"
                + (role == .administrator ? ". " : " or a higher one. ")
                + "`moderator list` shows who has it."
        case .caseRefused(let refusal):
            refusal.description
        case .caseChanged(let id, _):
            "Something happened in case \(id) meanwhile. Read it, and act again if that still fits."
        case .caseTaken(let id, let name, let until):
            "\(name) works on case \(id) until \(until.toTheMinute). Ask them to let go, or wait."
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

/// The text and the exit code of any error of the server.
public enum ServerFailure {
    /// What went wrong, and the code: 1 failed, 64 wrong usage, 73 folder locked or unwritable,
    /// 75 try again later, 77 refused.
    public static func explain(_ error: any Error) -> (text: String, code: Int32) {
        switch error {
        case let error as ServerError:
            return (error.description, code(of: error))
        case let error as BackupError:
            return (error.description, code(of: error))
        case let error as PolicyError:
            return (error.description, 64)
        case let error as LedgerError:
            return (error.description, 64)
        case let error as DatabaseError:
            return database(error)
        case let error as PostgresError:
            guard error.state == nil else {
                return (error.description, error.isUnavailable ? 75 : 1)
            }
            return (
                "\(error.description). Check that the database runs, its address, and the "
                    + "password: in the address, $PGPASSWORD or ~/.pgpass.", 75
            )
        case let error as OutputError:
            return (error.description, 1)
        case let error as CommitUnknownError:
            return (error.description, 75)
        case let error as LostTransaction:
            return (error.description, 75)
        case let error as CocoaError:
            return (file(error), 73)
        default:
            return ("\(error)", 1)
        }
    }

    private static func file(_ error: CocoaError) -> String {
        let system = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        let reason = system.map { String(cString: strerror(Int32($0.code))) }
        return "A file of the server cannot be read or written: "
            + "\(reason ?? error.localizedDescription). Check rights and disk."
    }

    /// Whether the database is not there, or too busy, for now: asking again later helps.
    package static func isTransient(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError: error.isUnavailable
        case is CommitUnknownError, is LostTransaction: true
        // A full disk too, as with PostgreSQL: the operator makes room.
        case let error as DatabaseError:
            [.SQLITE_BUSY, .SQLITE_FULL].contains(error.resultCode)
        default: false
        }
    }

    /// Whether an act was refused for what it asked for, so that another value helps.
    package static func isWrongValue(_ error: any Error) -> Bool {
        error is LedgerError
    }

    private static func code(of error: ServerError) -> Int32 {
        switch error {
        case .invalidValue: 64
        case .noServer, .unusableFolder, .damagedKey, .otherKey, .newerDatabase, .folderInUse: 73
        case .cannotListen, .wrongClock: 1
        case .notAllowed, .caseRefused, .caseChanged, .caseTaken: 77
        case .refused, .noSuchAccount, .notFound, .ambiguousAccount: 1
        }
    }

    private static func code(of error: BackupError) -> Int32 {
        switch error {
        case .alreadyThere, .unusable, .keyMissing, .otherKey, .databaseInUse: 73
        case .otherKind: 64
        case .damaged, .toolMissing, .toolFailed: 1
        }
    }

    private static func database(_ error: DatabaseError) -> (text: String, code: Int32) {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            ("The database is in use for too long. Try again.", 73)
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_PERM:
            ("The database cannot be written (\(error.resultCode)). Check rights and disk.", 73)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            ("The database is damaged. Restore it from a backup.", 1)
        default:
            ("The database refused (\(error.resultCode)).", 1)
        }
    }
}

/// The output of a command cannot be written.
public struct OutputError: Error, CustomStringConvertible {
    private let code: Int32
    /// What became of what was done, as a sentence; empty where nothing was.
    public let consequence: String

    /// - Parameters:
    ///   - code: The system's error number.
    ///   - consequence: What became of what was done, as a sentence; empty where nothing was.
    public init(code: Int32, consequence: String = "") {
        self.code = code
        self.consequence = consequence
    }

    /// The same with what became of what was done.
    public func with(consequence: String) -> OutputError {
        OutputError(code: code, consequence: consequence)
    }

    /// The text form.
    public var description: String {
        let text = "Standard output cannot be written: \(String(cString: strerror(code)))."
        return consequence.isEmpty ? text : "\(text) \(consequence)"
    }
}
