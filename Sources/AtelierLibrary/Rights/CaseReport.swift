public import AtelierProtocol
import Foundation
import SignedObjects

/// A case that the account is a side of. Its JSON form is what `cases show --json` prints.
public struct CaseReport: Codable, Equatable, Sendable {
    /// Something that was written in it.
    public struct Letter: Codable, Equatable, Sendable {
        /// Who wrote it: `you`, `the other side` or `a moderator`.
        public let from: String
        /// What it is.
        public let kind: CaseLetter.Kind
        /// The words.
        public let text: String
        /// Server time.
        public let time: Moment
    }

    /// What was decided.
    public struct Decision: Codable, Equatable, Sendable {
        /// What it does.
        public let act: CaseAct
        /// Whether it is done to this account.
        public let isAboutYou: Bool
        /// The policy's code.
        public let code: String
        /// Server time.
        public let time: Moment
        /// When a suspension ends by itself; left out otherwise.
        public let until: Moment?
        /// Until when each side may appeal; left out where none can any more.
        public let appealUntil: Moment?
        /// Whether it was undone, or overturned on appeal.
        public let isUndone: Bool
    }

    /// Its number.
    public let number: Int
    /// Why it was opened.
    public let kind: CaseKind
    /// Which side the account is.
    public let side: CaseSide
    /// How far it is.
    public let state: CaseState
    /// Whether a question waits for this account.
    public let waitsForYou: Bool
    /// The account's work that it is about; left out where it is about none that is in the library.
    public let work: WorkID?
    /// The title of that work; empty without one.
    public let title: String
    /// The reservation that it is about; left out where it is about none.
    public let reservation: Int?
    /// In how many of 256 bits the two fingerprints differ; left out where none were compared.
    public let differingBits: Int?
    /// When the claimant's side registered, reserved or claimed; left out where unknown.
    public let claimantSince: Moment?
    /// When the respondent's side did; left out where unknown.
    public let respondentSince: Moment?
    /// When it was opened.
    public let openedAt: Moment
    /// What the letter said that told of it; empty where there was none.
    public let opening: String
    /// The account's own reservation of the work, which waits for a moderator because of the case;
    /// left out where none does.
    public let waitingReservation: Int?
    /// What was written, oldest first.
    public let letters: [Letter]
    /// What was decided last; left out before a decision.
    public let decision: Decision?
    /// Whether the account may write now.
    public let canAnswer: Bool
    /// Whether it may appeal now.
    public let canAppeal: Bool
    /// Whether it may withdraw now what it asked for.
    public let canWithdraw: Bool

    /// - Parameters:
    ///   - worksByFile: The account's works by the digests of their files.
    ///   - opening: What the letter said that told of the case.
    ///   - waiting: The account's reservations that wait for a moderator, by work.
    init(
        _ file: CaseFile, worksByFile: [String: Work], opening: String, waiting: [String: Int]
    ) {
        number = Int(clamping: file.number)
        (kind, side, state) = (file.kind, file.side, file.state)
        waitsForYou = file.state == .waiting && file.waitsFor == file.side
        let own = file.work.flatMap { worksByFile[$0.description] }
        work = own?.id
        title = own?.title ?? ""
        reservation = file.reservation.map { Int(clamping: $0) }
        differingBits = file.distance
        claimantSince = file.claimantSince.map { Moment($0) }
        respondentSince = file.respondentSince.map { Moment($0) }
        openedAt = Moment(file.opened)
        self.opening = CheckedText.shown(opening)
        let isOpen = file.state == .open || file.state == .waiting
        waitingReservation = isOpen ? file.work.flatMap { waiting[$0.description] } : nil
        letters = file.letters.map { letter in
            let from =
                letter.from.map { $0 == file.side ? "you" : "the other side" } ?? "a moderator"
            return Letter(
                from: from, kind: letter.kind, text: CheckedText.shown(letter.text),
                time: Moment(letter.time))
        }
        decision = file.decision.map { decision in
            Decision(
                act: decision.act, isAboutYou: decision.side == file.side,
                code: CheckedText.shown(decision.code), time: Moment(decision.time),
                until: decision.until.map { Moment($0) },
                appealUntil: decision.appealUntil.map { Moment($0) }, isUndone: decision.isUndone)
        }
        (canAnswer, canAppeal) = (file.canAnswer, file.canAppeal)
        // Who registered a work that looks like another's asked for nothing.
        let isOfRegistrations = file.kind == .match && file.reservation == nil && isOpen
        canWithdraw = file.canWithdraw && !isOfRegistrations
    }
}
