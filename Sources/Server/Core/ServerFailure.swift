import CreditLedger
import Foundation
import GRDB

/// Puts any error of the server into words and the exit code that scripts rely on.
public enum ServerFailure {
    /// What went wrong, and the code: 1 failed, 64 wrong usage, 73 folder locked or unwritable,
    /// 75 try again later.
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

    private static func code(of error: ServerError) -> Int32 {
        switch error {
        case .invalidValue: 64
        case .noServer, .unusableFolder, .damagedKey, .otherKey, .newerDatabase, .folderInUse: 73
        case .cannotListen, .wrongClock: 1
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

/// What a command has to say cannot be written.
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
