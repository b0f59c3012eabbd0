public import SignedObjects

/// Why a case was opened.
public enum CaseKind: String, Codable, Sendable, CaseIterable {
    /// One lease was used for two bodies.
    case doubleSpend = "double-spend"
    /// Two spends on different leases have the same number in a device's journal.
    case journalFork = "journal-fork"
    /// A registered work is near another account's registered or reserved one.
    case match
    /// Somebody claims a picture that may be among an account's works.
    case claim
    /// Somebody says that a reservation is wrong.
    case contest
    /// A device has shown a decision that a restored server had lost.
    case restored
}

/// One of the two sides of a case.
public enum CaseSide: String, Codable, Sendable, CaseIterable {
    /// Who claims a right: the claimant, the reservation's owner, the account that registered
    /// first, or who contests a reservation.
    case claimant
    /// Whose work, reservation or spends the case is about.
    case respondent

    /// The other side.
    public var other: CaseSide { self == .claimant ? .respondent : .claimant }
}

/// How far a case is.
public enum CaseState: String, Codable, Sendable, CaseIterable {
    /// A moderator has to look at it.
    case open
    /// A moderator has asked a side, which may answer.
    case waiting
    /// It is decided; each side may appeal for a time.
    case decided
    /// A side has appealed; another moderator decides.
    case appealed
    /// Nothing can change it any more.
    case final
}

/// What a decision does.
public enum CaseAct: String, Codable, Sendable, CaseIterable {
    /// Nothing; the two are not opened against each other again.
    case dismiss
    /// A letter with a warning.
    case warn
    /// Models with the work get no receipts.
    case withholdWork = "withhold-work"
    /// One model gets no receipts.
    case withholdModel = "withhold-model"
    /// Models that were made with the work get no receipts; one made without it does.
    case requireRetrain = "require-retrain"
    /// The reservation is put on the list.
    case confirmReservation = "confirm-reservation"
    /// The reservation is not put on the list, or is taken off it.
    case refuseReservation = "refuse-reservation"
    /// The account gets no leases and no receipts.
    case suspend
}

/// Something that was written in a case, as both sides read it.
public struct CaseLetter: Codable, Sendable, Hashable {
    /// Who wrote it: a side, or nil for a moderator, whose name is not told.
    public let from: CaseSide?
    /// What it is.
    public let kind: Kind
    /// The words.
    public let text: String
    /// Server time.
    public let time: UnixTime

    /// What a letter is.
    public enum Kind: String, Codable, Sendable {
        /// The statement that the case was opened with.
        case statement
        /// A moderator's question.
        case question
        /// A side's words.
        case answer
        /// A side's appeal.
        case appeal
        /// A side withdraws what it had asked for.
        case withdrawal
        /// A moderator's decision.
        case decision
        /// A moderator undoes a decision.
        case undo
        /// Another moderator's decision on an appeal.
        case appealDecision = "appeal-decision"
    }

    /// A letter of 0 to ``RightsLimits/textBytes`` bytes.
    public init(from: CaseSide?, kind: Kind, text: String, time: UnixTime) {
        self.from = from
        self.kind = kind
        self.text = text
        self.time = time
    }
}

/// What was decided in a case, as its sides read it.
public struct CaseDecision: Codable, Sendable, Hashable {
    /// What it does.
    public let act: CaseAct
    /// Whose work, model or account it does it to.
    public let side: CaseSide
    /// The policy's stable code, such as `not-own-work`.
    public let code: String
    /// When a suspension ends by itself; nil for other acts, and for one that is lifted.
    public let until: UnixTime?
    /// Server time.
    public let time: UnixTime
    /// Until when each side may appeal; nil where no appeal is possible any more.
    public let appealUntil: UnixTime?
    /// Whether it was undone, or overturned on appeal.
    public let isUndone: Bool

    /// What was decided.
    public init(
        act: CaseAct, side: CaseSide, code: String, until: UnixTime?, time: UnixTime,
        appealUntil: UnixTime?, isUndone: Bool
    ) {
        self.act = act
        self.side = side
        self.code = code
        self.until = until
        self.time = time
        self.appealUntil = appealUntil
        self.isUndone = isUndone
    }
}

/// A case as one of its sides reads it: it names nobody.
public struct CaseFile: Codable, Sendable, Hashable {
    /// The case's number.
    public let number: Int64
    /// Why it was opened.
    public let kind: CaseKind
    /// Which side reads it.
    public let side: CaseSide
    /// How far it is.
    public let state: CaseState
    /// Whom a question waits for; nil where ``state`` is another one than `waiting`.
    public let waitsFor: CaseSide?
    /// SHA-256 of the reading account's work that it is about, if any.
    public let work: Digest?
    /// The number of the reservation that it is about, if any.
    public let reservation: Int64?
    /// In how many of 256 bits the two fingerprints differ; nil where none were compared.
    public let distance: Int?
    /// When the claimant's side registered, reserved or claimed; nil for cases of the ledger.
    public let claimantSince: UnixTime?
    /// When the respondent's side did; nil where there is none.
    public let respondentSince: UnixTime?
    /// When it was opened.
    public let opened: UnixTime
    /// Oldest first; at most ``RightsLimits/lettersPerCase``.
    public let letters: [CaseLetter]
    /// The decision in force, or the last one that was undone.
    public let decision: CaseDecision?
    /// Whether the reading side may write now.
    public let canAnswer: Bool
    /// Whether it may appeal now.
    public let canAppeal: Bool
    /// Whether it may withdraw now what it asked for.
    public let canWithdraw: Bool

    /// A case as `side` reads it.
    public init(
        number: Int64, kind: CaseKind, side: CaseSide, state: CaseState, waitsFor: CaseSide?,
        work: Digest?, reservation: Int64?, distance: Int?, claimantSince: UnixTime?,
        respondentSince: UnixTime?, opened: UnixTime, letters: [CaseLetter],
        decision: CaseDecision?, canAnswer: Bool, canAppeal: Bool, canWithdraw: Bool
    ) {
        (self.number, self.kind, self.side) = (number, kind, side)
        (self.state, self.waitsFor) = (state, waitsFor)
        (self.work, self.reservation, self.distance) = (work, reservation, distance)
        (self.claimantSince, self.respondentSince) = (claimantSince, respondentSince)
        (self.opened, self.letters, self.decision) = (opened, letters, decision)
        (self.canAnswer, self.canAppeal) = (canAnswer, canAppeal)
        self.canWithdraw = canWithdraw
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        number = try container.decode(.number, in: NumberRange.sequence)
        kind = try container.decode(CaseKind.self, forKey: .kind)
        side = try container.decode(CaseSide.self, forKey: .side)
        state = try container.decode(CaseState.self, forKey: .state)
        waitsFor = try container.decodeIfPresent(CaseSide.self, forKey: .waitsFor)
        work = try container.decodeIfPresent(Digest.self, forKey: .work)
        reservation = try container.decodeIfPresent(.reservation, in: ReservationEntry.numbers)
        distance = try container.decodeIfPresent(.distance, in: 0...256)
        claimantSince = try container.decodeIfPresent(UnixTime.self, forKey: .claimantSince)
        respondentSince = try container.decodeIfPresent(UnixTime.self, forKey: .respondentSince)
        opened = try container.decode(UnixTime.self, forKey: .opened)
        letters = try container.decodeList(.letters, 0...RightsLimits.lettersPerCase)
        decision = try container.decodeIfPresent(CaseDecision.self, forKey: .decision)
        canAnswer = try container.decode(Bool.self, forKey: .canAnswer)
        canAppeal = try container.decode(Bool.self, forKey: .canAppeal)
        canWithdraw = try container.decode(Bool.self, forKey: .canWithdraw)
    }
}

/// The cases of an account: `GET /v1/cases?after=N`.
public struct CaseList: Codable, Sendable, Equatable {
    /// The route.
    public static let target = "/v1/cases"

    /// By their numbers, those after the one that was asked after; at most
    /// ``RightsLimits/casesPerList``, and fewer where much was written in them. None: the end.
    public let cases: [CaseFile]

    /// - Parameter cases: By their numbers.
    public init(cases: [CaseFile]) {
        self.cases = cases
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where there are too many.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        cases = try container.decodeList(.cases, 0...RightsLimits.casesPerList)
    }
}

/// What a side writes: `POST /v1/cases/{case}/answers`, `/appeals` and `/withdrawal`, and
/// `/answers` and `/appeals` below `/v1/rights/claims/{code}` and `/v1/rights/reservations/{code}`.
public struct CaseWords: Codable, Sendable, Equatable {
    /// The words.
    public let text: String
    /// For a code that has several cases: which one is meant; nil for every one that takes it now,
    /// and for accounts, whose route names it.
    public let number: Int64?

    /// Words of 1 to ``RightsLimits/textBytes`` bytes.
    public init(text: String, number: Int64? = nil) {
        self.text = text
        self.number = number
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where the text is blank or too long.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        text = try container.decodeText(.text, upTo: RightsLimits.textBytes)
        number = try container.decodeIfPresent(.number, in: NumberRange.sequence)
    }
}

/// Why somebody without an account takes back what they asked for, as they like:
/// `POST /v1/rights/claims/{code}/withdrawal` and `POST /v1/rights/reservations/{code}/withdrawal`.
/// An empty body says nothing.
public struct Withdrawal: Codable, Sendable, Equatable {
    /// The words, which the other sides read; nil for none.
    public let text: String?

    /// - Parameter text: 1 to ``RightsLimits/textBytes`` bytes; nil for none.
    public init(text: String? = nil) {
        self.text = text
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where the text is blank or too long.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        text =
            container.contains(.text)
            ? try container.decodeText(.text, upTo: RightsLimits.textBytes) : nil
    }
}
