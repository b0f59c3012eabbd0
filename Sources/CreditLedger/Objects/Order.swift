public import SignedObjects

/// A decision of the operator or a moderator that every device of one account receives; signed by
/// the server.
public struct Order: SignedPayload, Hashable {
    /// The header\'s `typ`.
    public static let type = "atelier-order+jws"

    /// What was decided.
    public enum Kind: String, Codable, Sendable {
        case suspend
        case reinstate
        case revokeDevice = "revoke-device"
        case pauseService = "pause-service"
        case resumeService = "resume-service"
        case grant
        /// Words to the person, without effect.
        case note
        /// A case was opened that the account is a side of.
        case caseOpened = "case-opened"
        /// Words in a case.
        case caseLetter = "case-letter"
        /// What was decided in a case.
        case caseDecision = "case-decision"
        /// Models get no receipts: one, or those that learned from a work.
        case withhold
        /// Lifts a ``withhold``.
        case release
    }

    /// The account.
    public let account: AccountID
    /// Rises by one with each order of the account, from 1.
    public let serial: Int
    /// What was decided.
    public let kind: Kind
    /// Stable reason code, such as `not-own-work`.
    public let reason: String
    /// Words to the person; may be empty.
    public let text: String
    /// When a suspension or pause ends by itself; nil: when it is lifted.
    public let until: UnixTime?
    /// The device of a ``Kind/revokeDevice``, else nil.
    public let device: DeviceID?
    /// How many credits a ``Kind/grant`` adds, else 0.
    public let credits: Int
    /// Where to appeal; may be empty.
    public let appeal: String
    /// The case that it belongs to, from 1; else nil.
    public let caseNumber: Int?
    /// The work's file that a ``Kind/withhold`` or ``Kind/release`` is about, else nil.
    public let work: Digest?
    /// The model file that it is about, else nil.
    public let model: Digest?
    /// Server time of the order.
    public let time: UnixTime

    /// An order to be signed by the server, within the lengths of `LedgerLimits`.
    public init(
        account: AccountID, serial: Int, kind: Kind, reason: String, text: String,
        until: UnixTime? = nil, device: DeviceID? = nil, credits: Int = 0, appeal: String = "",
        caseNumber: Int? = nil, work: Digest? = nil, model: Digest? = nil, time: UnixTime
    ) {
        self.account = account
        self.serial = serial
        self.kind = kind
        self.reason = reason
        self.text = text
        self.until = until
        self.device = device
        self.credits = credits
        self.appeal = appeal
        self.caseNumber = caseNumber
        self.work = work
        self.model = model
        self.time = time
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        account = try container.decode(AccountID.self, forKey: .account)
        serial = try container.decode(.serial, in: NumberRange.count)
        kind = try container.decode(Kind.self, forKey: .kind)
        reason = try container.decode(String.self, forKey: .reason)
        text = try container.decode(String.self, forKey: .text)
        until = try container.decodeIfPresent(UnixTime.self, forKey: .until)
        device = try container.decodeIfPresent(DeviceID.self, forKey: .device)
        credits = try container.decode(.credits, in: NumberRange.count)
        appeal = try container.decode(String.self, forKey: .appeal)
        let numbers = LedgerLimits.caseNumbers
        caseNumber = try container.decodeIfPresent(.caseNumber, in: numbers)
        work = try container.decodeIfPresent(Digest.self, forKey: .work)
        model = try container.decodeIfPresent(Digest.self, forKey: .model)
        time = try container.decode(UnixTime.self, forKey: .time)
        let isAboutRights = kind == .withhold || kind == .release
        guard isAboutRights == (withholding != nil) else {
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container,
                debugDescription: "withholding needs a case, and either a work or a model")
        }
    }

    /// What a ``Kind/withhold`` or ``Kind/release`` is about, else nil.
    public var withholding: Withholding? {
        guard kind == .withhold || kind == .release, let caseNumber else { return nil }
        switch (work, model) {
        case (let work?, nil): return Withholding(.work(work), caseNumber: caseNumber)
        case (nil, let model?): return Withholding(.model(model), caseNumber: caseNumber)
        case (nil, nil), (_?, _?): return nil
        }
    }
}

/// What a case takes receipts from; each case lifts its own alone.
public struct Withholding: Hashable, Sendable {
    /// What gets no receipts.
    public enum Subject: Hashable, Sendable {
        /// Every model of the account that learned from the work with this file.
        case work(Digest)
        /// The model with this file.
        case model(Digest)
    }

    /// What gets no receipts.
    public let subject: Subject
    /// The case in which that was decided.
    public let caseNumber: Int

    /// A subject, as it was decided about in a case; `caseNumber` counts from 1.
    public init(_ subject: Subject, caseNumber: Int) {
        self.subject = subject
        self.caseNumber = caseNumber
    }
}
