public import AtelierProtocol
public import SignedObjects

/// Who stands on one side of a case, by what it put forward.
public struct CaseParty: Codable, Sendable, Hashable {
    /// What was put forward.
    public enum Kind: String, Codable, Sendable {
        /// The account itself, whose spends or words the case is about.
        case account
        /// A registered work.
        case registration
        /// A reservation.
        case reservation
        /// A claim without an account.
        case claim
    }

    /// What was put forward.
    public let kind: Kind
    /// The row of the registration or claim, the reservation's number; 0 for an account itself.
    public let id: Int64
    /// The account; nil for who has none.
    public let account: AccountID?
    /// SHA-256 of the account's work, if it is about one.
    public let work: Digest?
    /// When it was put forward.
    public let since: UnixTime

    /// Whether somebody reads what is written to this side, and can write: an account's devices, or
    /// who holds the code of a claim or of reservations.
    var hasVoice: Bool { account != nil || kind == .claim || kind == .reservation }

    /// What is the same for the same thing; see ``CaseStore``.
    var key: String {
        kind == .account ? "account:\(account?.description ?? "")" : "\(kind.rawValue):\(id)"
    }
}

/// A case as it was opened, and what its events add up to.
public struct CaseRecord: Codable, Sendable {
    /// Its number.
    public let id: Int64
    /// Why it was opened.
    public let kind: CaseKind
    /// When.
    public let opened: UnixTime
    /// Who claims a right; nil for cases of the ledger.
    public let claimant: CaseParty?
    /// Whose work, reservation or spends it is about; nil for a claim without a match.
    public let respondent: CaseParty?
    /// In how many bits the two fingerprints differ; nil where none were compared.
    public let distance: Int?
    /// Whether the respondent does not know of it yet: it was opened quietly, and no moderator has
    /// asked them or decided anything that touches them.
    public var isQuiet: Bool
    /// Earlier evidence was judged in an earlier case: the last row of it.
    let evidenceAfter: Int64

    /// A side's party.
    public func party(_ side: CaseSide) -> CaseParty? {
        side == .claimant ? claimant : respondent
    }

    /// The side of an account; nil where it has none.
    func side(of account: AccountID) -> CaseSide? {
        CaseSide.allCases.first { party($0)?.account == account }
    }

    /// The accounts on both sides, in one order everywhere.
    var accounts: [AccountID] {
        Set(CaseSide.allCases.compactMap { party($0)?.account }).sorted()
    }

    /// The reservation that it is about, if any.
    public var reservation: Int64? {
        [respondent, claimant].compactMap { $0 }.first { $0.kind == .reservation }?.id
    }

    /// A case in which nothing has happened yet.
    package var machine: CaseMachine {
        let sides = CaseSide.allCases.filter { party($0)?.hasVoice ?? false }
        // Whose reservation it is about can end that, and the case with it.
        let withdrawing: Set<CaseSide> =
            respondent?.kind == .reservation ? [.claimant, .respondent] : [.claimant]
        return CaseMachine(sides: Set(sides), acts: acts, withdrawing: withdrawing)
    }

    /// What may be decided about it.
    package var acts: Set<CaseAct> {
        var acts: Set<CaseAct> = [.dismiss]
        if !accounts.isEmpty { acts.formUnion([.warn, .suspend]) }
        let hasWork = CaseSide.allCases.contains { party($0)?.work != nil }
        if hasWork || kind == .restored {
            acts.formUnion([.withholdWork, .withholdModel, .requireRetrain])
        }
        // A reservation stands for its registration, and may be made after the case was opened.
        if hasWork || reservation != nil {
            acts.formUnion([.confirmReservation, .refuseReservation])
        }
        return acts
    }
}

/// Something that happened in a case, as it is stored; never changed.
public struct CaseEvent: Codable, Sendable, Hashable {
    /// What happened.
    public enum Kind: String, Codable, Sendable {
        case opened
        case asked
        case answered
        case noted
        case decided
        case undone
        case appealed
        case upheld
        case overturned
        case withdrawn
    }

    /// Its number in the case, from 1.
    public let number: Int64
    /// When.
    public let time: UnixTime
    /// What happened.
    public let kind: Kind
    /// Who did it: a moderator's name, `claimant`, `respondent` or `server`.
    public let actor: String
    /// The side that was asked, wrote, appealed or withdrew, or that a decision is about.
    public var side: CaseSide?
    /// What was decided.
    public var act: CaseAct?
    /// The policy's code of a decision.
    public var code = ""
    /// A side's words, which both read, or a moderator's note, which colleagues read.
    public var text = ""
    /// A moderator's words to the claimant.
    public var claimantText = ""
    /// A moderator's words to the respondent.
    public var respondentText = ""
    /// When a suspension ends by itself.
    public var until: UnixTime?
    /// What a decision touched, so that it can be lifted.
    public var effect: DecisionEffect?
    /// The number of the decision that an appeal's decision is about.
    public var about: Int64?
    /// Who made that.
    public var aboutActor: String?
    /// The operator at whose login a moderator's act was entered; nil for a session, which has
    /// proved whose it is.
    public var enteredBy: String?

    /// Whether it ends that the respondent does not know of the case.
    var endsQuiet: Bool {
        kind == .asked && side == .respondent || act.map { $0 != .dismiss } ?? false
    }

    /// The move of the case's machine; nil for the opening.
    var move: CaseMachine.Move? {
        get throws {
            switch kind {
            case .opened: nil
            case .asked: .ask(try required(side))
            case .answered: .answer(try required(side))
            case .noted: .note
            case .decided: .decide(try required(act), by: actor)
            case .undone: .undo(by: actor)
            case .appealed: .appeal(try required(side))
            case .upheld: .uphold(by: actor)
            case .overturned: .overturn(try required(act), by: actor)
            case .withdrawn: .withdraw(try required(side))
            }
        }
    }

    private func required<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw StoredFormError(column: "case_event") }
        return value
    }
}

/// A case with all that happened in it.
package struct CaseHistory: Sendable {
    private(set) var record: CaseRecord
    private(set) var events: [CaseEvent]
    /// What the events add up to.
    private(set) var machine: CaseMachine

    init(_ record: CaseRecord, events: [CaseEvent]) throws {
        self.record = record
        self.events = []
        machine = record.machine
        for event in events { _ = try take(event) }
    }

    /// Takes an event; says what it does outside of the case.
    mutating func take(_ event: CaseEvent) throws -> [CaseMachine.Effect] {
        let effects = try event.move.map { try machine.apply($0) } ?? []
        events.append(event)
        if event.endsQuiet { record.isQuiet = false }
        return effects
    }

    /// Whether something but notes for colleagues happened after the first `count` events.
    func changed(since count: Int) -> Bool {
        events.dropFirst(max(0, count)).contains { $0.kind != .noted }
    }

    /// The decision in force.
    var decision: CaseEvent? {
        guard machine.decision != nil else { return nil }
        return events.last { [.decided, .overturned].contains($0.kind) }
    }

    /// The last decision, in force or not.
    var lastDecision: CaseEvent? {
        events.last { [.decided, .overturned].contains($0.kind) }
    }

    /// Until when its sides may appeal; nil where they cannot.
    var appealUntil: UnixTime? {
        guard machine.phase == .decided, let decision else { return nil }
        return decision.time + RightsLimits.appealTime
    }

    /// How many letters a side has written.
    func count(by side: CaseSide) -> Int {
        events.count { $0.actor == side.rawValue }
    }

    /// How often moderators have acted.
    var moderatorCount: Int {
        let sides = CaseSide.allCases.map(\.rawValue)
        return events.count { !sides.contains($0.actor) }
    }
}
