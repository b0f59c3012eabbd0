import Fingerprints
public import Provenance

/// Why the rights in a work stand in the way; nothing was changed.
public enum RightsError: ServiceError {
    /// The file says that no model may learn from it.
    case markedAgainstTraining(path: String, mark: TrainingMark, isOwnPossible: Bool)
    /// The file says something about training that cannot be read.
    case unreadableMark(path: String, reason: String)
    /// The picture looks like one that its author reserved against training by others.
    case reserved(name: String, number: Int, differingBits: Int, isTraining: Bool)
    /// The account has contested the reservation before; the words are in no case.
    case contestedBefore(reservation: Int, caseNumber: Int)
    /// There is no decision yet to appeal against.
    case notDecided(caseNumber: Int)
    /// The account asked for nothing in the case that it could take back.
    case nothingToWithdraw(caseNumber: Int)
    /// The case has ended.
    case caseEnded(caseNumber: Int)
    /// No reservation of the account has this number.
    case noSuchReservation(number: Int)
    /// No protected copy of the work can be made.
    case notProtected(title: String, reason: String)

    var kind: Failure.Kind {
        switch self {
        case .markedAgainstTraining, .unreadableMark, .reserved, .contestedBefore,
            .notDecided, .nothingToWithdraw, .caseEnded:
            .refused
        case .notProtected, .noSuchReservation: .other
        }
    }

    var nextStep: NextStep? {
        switch self {
        case .markedAgainstTraining(_, _, let isOwnPossible): isOwnPossible ? .sayOwnMark : nil
        case .unreadableMark: .sayCheckedMark
        case .reserved(_, _, _, let isTraining):
            isTraining ? .trainWithoutWork : .contestReservation
        case .contestedBefore, .notDecided: .answerCase
        case .noSuchReservation: .listReservations
        case .notProtected, .nothingToWithdraw, .caseEnded: nil
        }
    }

    var number: Int? {
        switch self {
        case .reserved(_, let number, _, _), .contestedBefore(_, let number),
            .notDecided(let number), .nothingToWithdraw(let number), .caseEnded(let number):
            number
        case .markedAgainstTraining, .unreadableMark, .notProtected, .noSuchReservation: nil
        }
    }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .markedAgainstTraining(let path, let mark, _):
            "\(path) was not added. It says that \(mark.words): \(mark.property) is "
                + "\(mark.value)\(Self.holder(of: mark)). Whoever holds the rights can give you a "
                + "file without this mark."
        case .unreadableMark(let path, let reason):
            "\(path) was not added. It may forbid that models learn from it: what it says about "
                + "its use cannot be read (\(reason)). Look at it with a program that shows XMP "
                + "and content credentials."
        case .reserved(let name, let number, let bits, _):
            "\(name) was not used. It looks like a picture whose author does not want that others "
                + "train on it: reservation \(number) of this community (\(bits) of 256 bits "
                + "differ; up to \(Fingerprint.matchDistance) count as the same picture)."
        case .contestedBefore(let reservation, let number):
            "You have contested reservation \(reservation) before, in case \(number). "
                + "What you wrote now was not kept."
        case .notDecided(let number):
            "There is no decision in case \(number) yet that you could appeal against."
        case .nothingToWithdraw(let number):
            "You asked for nothing in case \(number) that you could withdraw now."
        case .caseEnded(let number):
            "Case \(number) has ended: nothing in it can be changed any more."
        case .noSuchReservation(let number):
            "This account has no reservation \(number)."
        case .notProtected(let title, let reason):
            "No protected copy of \"\(title)\" was written. \(reason)"
        }
    }

    private static func holder(of mark: TrainingMark) -> String {
        guard !mark.holder.isEmpty else { return "" }
        let name = CheckedText.shown(mark.holder)
        return mark.place == .manifest ? ", signed as \"\(name)\"" : ". It names \"\(name)\""
    }
}
