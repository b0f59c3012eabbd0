import AtelierProtocol
import CreditLedger
import GRDB
import StyleKit
import SyncKit

/// Any error that a service throws, as a program tells it to a person: what kind it is and what it
/// says. The command line makes an exit status of the kind, the artist's page a message.
public struct Failure: Sendable {
    /// What may help.
    public enum Kind: Sendable {
        /// What was asked for cannot be asked for: another name, number or text may help.
        case invalidInput
        /// The server cannot be reached; nothing was lost.
        case unreachable
        /// The library is missing, locked or cannot be written.
        case storage
        /// The same may work later.
        case transient
        /// It was refused: suspended, paused, no credit, no rights.
        case refused
        /// Anything else.
        case other
    }

    /// What kind of error it is.
    public let kind: Kind
    /// What happened and why; never a statement of SQL, which may hold what an artist wrote.
    public let text: String
    /// What may help; nil where the text says all.
    public let nextStep: NextStep?

    /// Describes `error`, whatever service threw it.
    public init(_ error: any Error) {
        switch error {
        case let error as any ServiceError:
            self.init(error.kind, error.description, error.nextStep)
        case is RefusedReason: self.init(.refused, "\(error)")
        case let failure as HTTPFailure: self.init(Self.kind(of: failure), "\(error)")
        case let problem as Problem: self.init(Self.kind(of: problem.type), "\(error)")
        case let error as DatabaseError:
            self.init(Self.kind(of: error), Self.text(of: error), Self.nextStep(after: error))
        case JournalError.busy: self.init(.transient, "\(error)")
        case JournalError.system: self.init(.storage, "\(error)")
        case is PhraseError: self.init(.invalidInput, "\(error)")
        default: self.init(.other, "\(error)")
        }
    }

    private init(_ kind: Kind, _ text: String, _ nextStep: NextStep? = nil) {
        self.kind = kind
        self.text = text
        self.nextStep = nextStep
    }

    private static func kind(of failure: HTTPFailure) -> Kind {
        switch failure {
        case .badAddress, .unprotected, .badAuthorities: .invalidInput
        case .unreachable, .tooSlow, .away, .wrongDate: .unreachable
        case .untrusted: .refused
        case .replyTooLarge, .unexpectedReply, .unsendable: .other
        }
    }

    private static func kind(of problem: Problem.Kind) -> Kind {
        switch problem {
        case .suspended, .deviceRevoked, .deviceUnknown, .inviteInvalid, .accountExists,
            .accountRefused, .limitReached:
            .refused
        case .tooMany, .keysChanged, .accountPending, .unavailable, .internalError: .transient
        default: .other
        }
    }

    private static func kind(of error: DatabaseError) -> Kind {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_FULL,
            .SQLITE_IOERR, .SQLITE_PERM:
            .storage
        default: .other
        }
    }

    private static func text(of error: DatabaseError) -> String {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            "Another program has used the library's database for too long. Try again."
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN:
            "The library's database cannot be opened or written. Check the rights of the "
                + "library's folder and of library.sqlite in it. Nothing was changed."
        case .SQLITE_FULL, .SQLITE_IOERR:
            "The library's database cannot be read or written: the disk is full or fails. "
                + "Make room, then try again. Nothing was changed."
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            "The library's database is damaged. Restore the library from a backup."
        case let code:
            "The library's database refused (\(error.message ?? "\(code)"))."
        }
    }

    private static func nextStep(after error: DatabaseError) -> NextStep? {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) ? .restoreBackup : nil
    }
}
