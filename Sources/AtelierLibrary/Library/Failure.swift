import AtelierProtocol
import CreditLedger
import GRDB
import StyleKit
import SyncKit
import SyncKitHTTP

/// Any error that a service throws, described for a person. The command line turns the kind into an
/// exit status, the artist's page into a message.
public struct Failure: Sendable {
    /// The kinds of errors that programs treat differently.
    public enum Kind: Sendable {
        /// An argument is not valid: another name, number or text may help.
        case invalidInput
        /// The server cannot be reached; nothing was lost.
        case unreachable
        /// The library is missing, locked or cannot be written.
        case storage
        /// The same request may work later.
        case transient
        /// It was refused: suspended, paused, no credit, no rights.
        case refused
        /// Anything else.
        case other
    }

    /// What kind of error it is.
    public let kind: Kind
    /// What happened and why; never an SQL statement, which may hold the artist's texts.
    public let text: String
    /// What may help; nil where the text says all.
    public let nextStep: NextStep?
    /// The number of the case or the reservation that ``nextStep`` is about; nil for none.
    public let number: Int?

    /// Describes `error`, whatever service threw it.
    public init(_ error: any Error) {
        switch error {
        case let error as any ServiceError:
            self.init(error.kind, error.description, error.nextStep, number: error.number)
        case is RefusedReason: self.init(.refused, "\(error)")
        case let failure as HTTPFailure: self.init(Self.kind(of: failure), "\(error)")
        case let problem as Problem: self.init(Self.kind(of: problem.type), "\(error)")
        case let error as DatabaseError:
            self.init(Self.kind(of: error), Self.text(of: error), Self.nextStep(after: error))
        case BundleError.unwritable: self.init(.storage, "\(error)")
        case JournalError.busy: self.init(.transient, "\(error)")
        case JournalError.system: self.init(.storage, "\(error)")
        case is PhraseError: self.init(.invalidInput, "\(error)")
        default: self.init(.other, "\(error)")
        }
    }

    private init(
        _ kind: Kind, _ text: String, _ nextStep: NextStep? = nil, number: Int? = nil
    ) {
        self.kind = kind
        self.text = text
        self.nextStep = nextStep
        self.number = number
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

/// What a person can do about an error or a finding, by its meaning: the command line names the
/// command to type, the artist's page shows a button. Its JSON form is the raw value.
public enum NextStep: String, Codable, CaseIterable, Sendable {
    /// Make a library, or name the folder of another one.
    case makeLibrary = "make-library"
    /// Name the library's folder.
    case nameFolder = "name-folder"
    /// Replace the existing file.
    case replaceFile = "replace-file"
    /// Restore the library from a backup.
    case restoreBackup = "restore-backup"
    /// Look at the list of works.
    case listWorks = "list-works"
    /// Look at the list of style models.
    case listModels = "list-models"
    /// Look at the list of generations.
    case listGenerations = "list-generations"
    /// Look at the account's devices.
    case listDevices = "list-devices"
    /// Look at the conflicts.
    case listConflicts = "list-conflicts"
    /// Look at the trash.
    case listTrash = "list-trash"
    /// Add works to the library.
    case addWorks = "add-works"
    /// Train a style model.
    case trainModel = "train-model"
    /// Remove a style model.
    case removeModel = "remove-model"
    /// Remove without the trash.
    case removeForGood = "remove-for-good"
    /// Use a model without one of its works.
    case leaveOutWork = "leave-out-work"
    /// Forget the areas that are marked on a work.
    case clearAreas = "clear-areas"
    /// Set the landmarks of a work.
    case setLandmarks = "set-landmarks"
    /// Have the outline of a head proposed.
    case proposeOutline = "propose-outline"
    /// Make a sheet of drafts.
    case makeSheet = "make-sheet"
    /// Draw drafts of a sheet in full.
    case pickDrafts = "pick-drafts"
    /// Finish the pictures that are paid for.
    case finishPictures = "finish-pictures"
    /// Write a picture of the library to a file.
    case exportPicture = "export-picture"
    /// Exchange changes with the server.
    case sync
    /// Open the account on a server.
    case join
    /// Join with an invite.
    case useInvite = "use-invite"
    /// Approve this device on the first one, then sync here.
    case approveDevice = "approve-device"
    /// Ask the account to let this device in.
    case requestAccess = "request-access"
    /// Carry the changes to another device by a file.
    case exportBundle = "export-bundle"
    /// Look at the account's cases.
    case listCases = "list-cases"
    /// Say that a reservation is wrong.
    case contestReservation = "contest-reservation"
    /// Train without a reserved work, or say that the reservation is wrong.
    case trainWithoutWork = "train-without-work"
    /// Look at the account's reservations.
    case listReservations = "list-reservations"
    /// Look at one case.
    case showCase = "show-case"
    /// Write in a case.
    case answerCase = "answer-case"
    /// Appeal against the decision in a case.
    case appealCase = "appeal-case"
    /// Say that the mark in a file is the artist's own.
    case sayOwnMark = "say-own-mark"
    /// Say that what cannot be read in a file forbids nothing.
    case sayCheckedMark = "say-checked-mark"
}

/// An error of one of the library's services; its text holds no command and no button.
protocol ServiceError: Error, Equatable, CustomStringConvertible {
    /// What kind of error it is.
    var kind: Failure.Kind { get }
    /// What may help; nil where the text says all.
    var nextStep: NextStep? { get }
    /// The number of the case or the reservation that ``nextStep`` is about; nil for none.
    var number: Int? { get }
}

extension ServiceError {
    var number: Int? { nil }
}
