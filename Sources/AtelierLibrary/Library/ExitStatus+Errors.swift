import AtelierProtocol
import CreditLedger
import GRDB
import StyleKit
import SyncKit

extension ExitStatus {
    /// What a command that met `error` ends with.
    public init(for error: any Error) {
        switch error {
        case let error as LibraryError: self = error.exitStatus
        case is RefusedReason: self = .refused
        case let failure as HTTPFailure: self = Self.status(of: failure)
        case let problem as Problem: self = Self.status(of: problem.type)
        case let error as DatabaseError: self = Self.status(of: error)
        case JournalError.busy: self = .later
        case JournalError.system: self = .storage
        case is PhraseError: self = .usage
        default: self = .failed
        }
    }

    private static func status(of failure: HTTPFailure) -> ExitStatus {
        switch failure {
        case .badAddress, .unprotected, .badAuthorities: .usage
        case .unreachable, .tooSlow, .away, .wrongDate: .unreachable
        case .untrusted: .refused
        case .replyTooLarge, .unexpectedReply, .unsendable: .failed
        }
    }

    private static func status(of problem: Problem.Kind) -> ExitStatus {
        switch problem {
        case .suspended, .deviceRevoked, .deviceUnknown, .inviteInvalid, .accountExists,
            .accountRefused, .limitReached:
            .refused
        case .tooMany, .keysChanged, .accountPending, .unavailable, .internalError: .later
        default: .failed
        }
    }

    private static func status(of error: DatabaseError) -> ExitStatus {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_FULL,
            .SQLITE_IOERR, .SQLITE_PERM:
            .storage
        default: .failed
        }
    }
}
