public import AtelierProtocol
import CreditLedger
public import SignedObjects

/// A decision that a moderator wants to make.
public struct CaseVerdict: Sendable {
    /// What it does.
    public let act: CaseAct
    /// Whose work, model or account it does it to.
    public let side: CaseSide
    /// The policy's stable code, such as `not-own-work`.
    public let code: String
    /// Words to the respondent, and to the claimant where they get none of their own.
    public let text: String
    /// Words to the claimant; nil for the same.
    public let claimantText: String?
    /// The words to the side that it is about.
    var words: String { side == .claimant ? claimantText ?? text : text }
    /// The model of ``CaseAct/withholdModel``.
    public let model: Digest?
    /// When a suspension ends by itself; nil: when it is lifted.
    public let until: UnixTime?

    /// A verdict; its bounds are checked when it is made.
    public init(
        act: CaseAct, side: CaseSide = .respondent, code: String, text: String,
        claimantText: String? = nil, model: Digest? = nil, until: UnixTime? = nil
    ) {
        (self.act, self.side, self.code, self.text) = (act, side, code, text)
        (self.claimantText, self.model, self.until) = (claimantText, model, until)
    }
}

/// What a decision touches: shown before the act, and stored with it so that it can be lifted.
public struct DecisionEffect: Codable, Sendable, Hashable {
    /// The account that it is about; nil for none.
    public var account: AccountID?
    /// Credits that the account's devices hold and may use offline; none gets a receipt while
    /// suspended.
    public var leasedCredits = 0
    /// When the last of them stops being usable; nil where there is none.
    public var usableUntil: UnixTime?
    /// Spends that wait for a receipt because of it.
    public var heldSpends = 0
    /// Receipts so far whose public status it changes.
    public var receipts = 0
    /// The work that is withheld.
    public var work: Digest?
    /// The models that get no receipts, in order.
    public var models: [Digest] = []
    /// The reservation that it confirms or refuses.
    public var reservation: Int64?
    /// How far that was before.
    public var reservationBefore: ReservationState?
    /// The serial of the order that suspends; nil for other acts.
    public var order: Int?
    /// Reservations of the account that are off the list while it is suspended; nil for other acts.
    public var reservations: Int?
    /// The suspension that was in force before, and comes back where this one is lifted.
    public var suspensionBefore: FormerSuspension?
}

/// A suspension that another one took the place of.
public struct FormerSuspension: Codable, Sendable, Hashable {
    /// The reason's code.
    public let reason: String
    /// Words to the person.
    public let text: String
    /// When it ends by itself; nil: when it is lifted.
    public let until: UnixTime?
    /// Where to appeal.
    public let appeal: String

    init(_ order: Order) {
        (reason, text, until, appeal) = (order.reason, order.text, order.until, order.appeal)
    }

    /// What another case has decided; nil where that is no suspension.
    init?(_ decision: CaseEvent, of number: Int64) {
        guard decision.act == .suspend else { return nil }
        (reason, text) = (decision.code, decision.respondentText)
        (until, appeal) = (decision.until, Self.appeal(number))
    }

    /// Whether a case ordered it, which says itself whether it is in force.
    var isOfCase: Bool { appeal.hasPrefix(Self.appealPrefix) }

    private static let appealPrefix = "atelier appeal "

    /// How to appeal against a case's suspension.
    static func appeal(_ number: Int64) -> String { "\(appealPrefix)\(number) TEXT" }

    /// The later end of the two; nil where either lasts until it is lifted.
    func laterEnd(_ other: UnixTime?) -> UnixTime? {
        guard let until, let other else { return nil }
        return max(until, other)
    }
}

/// Puts decisions into force and lifts them, in the transaction that notes them.
struct CaseEffects {
    let ledgers: LedgerService
    let db: Database
    let now: UnixTime

    /// What a verdict would touch; changes nothing.
    func preview(_ verdict: CaseVerdict, of record: CaseRecord) throws -> DecisionEffect {
        var effect = DecisionEffect(account: record.party(verdict.side)?.account)
        switch verdict.act {
        case .dismiss: break
        case .warn: _ = try account(verdict, record)
        case .withholdWork, .withholdModel, .requireRetrain:
            effect = try withholding(verdict, of: record)
        case .confirmReservation, .refuseReservation:
            let number = try reservation(verdict, record)
            effect.account = nil
            effect.reservation = number
            let before = try ReservationStore(db: db).state(of: number)
            guard before != .withdrawn else {
                throw ServerError.invalidValue(
                    name: "act", reason: "is too late: who made reservation \(number) has ended it")
            }
            effect.reservationBefore = before
        case .suspend:
            let account = try account(verdict, record)
            let ledger = try ledgers.openLedger(of: account, now: now, in: db)
            let reservations = try ReservationStore(db: db).countInForce(of: account)
            let bound = SuspensionEffect(
                on: ledger, serial: 0, reservations: reservations, now: now)
            effect.reservations = reservations
            effect.leasedCredits = bound.leasedCredits
            effect.usableUntil = bound.usableUntil
            effect.heldSpends = bound.heldSpends
            effect.suspensionBefore = ledger.standing.suspension(at: now).map(FormerSuspension.init)
        }
        return effect
    }

    /// Puts a verdict into force.
    func enforce(_ verdict: CaseVerdict, of record: CaseRecord) throws -> DecisionEffect {
        var effect = try preview(verdict, of: record)
        switch verdict.act {
        case .dismiss, .warn: break
        case .withholdWork, .withholdModel, .requireRetrain:
            for withheld in Self.withheld(effect) {
                try ledgers.withhold(
                    withheld, case: record.id, reason: verdict.code, text: verdict.words, now: now,
                    in: db)
            }
        case .confirmReservation:
            let number = try reservation(verdict, record)
            try ReservationStore(db: db).set(.confirmed, number, words: verdict.words, now: now)
            try FingerprintStore(db: db).restore(.reservation, owner: number)
        case .refuseReservation:
            try ReservationStore(db: db).set(
                .refused, reservation(verdict, record), words: verdict.words, now: now)
        case .suspend:
            // It adds to what was ordered before, and never shortens it.
            let until =
                effect.suspensionBefore.map { $0.laterEnd(verdict.until) } ?? verdict.until
            effect.order = try ledgers.change(
                account(verdict, record), LedgerNeeds(), now: now, in: db
            ) { ledger in
                try ledger.suspend(
                    reason: verdict.code, text: verdict.words, until: until,
                    appeal: FormerSuspension.appeal(record.id), now: now, signer: ledgers.signer
                ).payload.serial
            }
        }
        return effect
    }

    /// Lifts what a decision did; what was changed by others meanwhile stays as they left it.
    func lift(_ decision: CaseEvent, of record: CaseRecord) throws {
        guard let effect = decision.effect, let act = decision.act else { return }
        switch act {
        case .dismiss, .warn: break
        case .withholdWork, .withholdModel, .requireRetrain:
            for withheld in Self.withheld(effect) {
                try ledgers.release(
                    withheld, case: record.id, reason: "decision-lifted", text: "", now: now,
                    in: db)
            }
        case .confirmReservation, .refuseReservation:
            guard let number = effect.reservation, let before = effect.reservationBefore else {
                return
            }
            let store = ReservationStore(db: db)
            let made: ReservationState = act == .confirmReservation ? .confirmed : .refused
            // Who made it may have withdrawn it meanwhile.
            guard try store.state(of: number) == made else { return }
            let other = try CaseStore(db: db).reservationAct(number, besides: record.id)
            let state: ReservationState? = other.map {
                $0 == .confirmReservation ? .confirmed : .refused
            }
            try store.set(state ?? before, number, words: "", now: now)
        case .suspend:
            guard let account = effect.account, let serial = effect.order else { return }
            let before = try suspension(afterLifting: effect, of: record)
            try ledgers.change(account, LedgerNeeds(), now: now, in: db) { ledger in
                // Another case's lifting may have ordered it anew for this one.
                guard let current = ledger.standing.suspension,
                    current.serial == serial
                        || current.appeal == FormerSuspension.appeal(record.id)
                else { return }
                if let before {
                    try ledger.suspend(
                        reason: before.reason, text: before.text, until: before.until,
                        appeal: before.appeal, now: now, signer: ledgers.signer)
                    return
                }
                try ledger.reinstate(reason: "decision-lifted", now: now, signer: ledgers.signer)
            }
        }
    }

    /// The suspension in force where a decision's own is lifted: the operator's from before,
    /// or one of another case, whichever lasts longest; nil for none.
    private func suspension(
        afterLifting effect: DecisionEffect, of record: CaseRecord
    ) throws -> FormerSuspension? {
        guard let account = effect.account else { return nil }
        var left = try CaseStore(db: db).suspensions(of: account, besides: record.id)
        if let before = effect.suspensionBefore, !before.isOfCase { left.append(before) }
        return left.filter { $0.until.map { now < $0 } ?? true }
            .max { ($0.until ?? .latest) < ($1.until ?? .latest) }
    }

    /// What a decision withholds: the work itself, or its models.
    private static func withheld(_ effect: DecisionEffect) -> [WithheldThing] {
        guard let account = effect.account else { return [] }
        if let work = effect.work { return [.work(work, account)] }
        return effect.models.map { .model($0, account) }
    }

    private func withholding(
        _ verdict: CaseVerdict, of record: CaseRecord
    ) throws -> DecisionEffect {
        let account = try account(verdict, record)
        guard let work = record.party(verdict.side)?.work else {
            throw ServerError.invalidValue(
                name: "side", reason: "\(verdict.side.rawValue) has no registered work in it")
        }
        let store = WithholdingStore(db: db)
        let whole = try store.effect(of: .work(work, account))
        var effect = DecisionEffect(account: account)
        switch verdict.act {
        case .withholdModel:
            guard let model = verdict.model, whole.models.contains(model) else {
                let models = whole.models.map(\.description).joined(separator: ", ")
                throw ServerError.invalidValue(
                    name: "model",
                    reason: (verdict.model == nil ? "is missing" : "names none of these")
                        + "; the models with the work: \(models.isEmpty ? "none" : models)")
            }
            let part = try store.effect(of: .model(model, account))
            effect.models = [model]
            (effect.receipts, effect.heldSpends) = (part.receipts, part.heldSpends)
        case .requireRetrain:
            effect.models = whole.models
            (effect.receipts, effect.heldSpends) = (whole.receipts, whole.heldSpends)
        default:
            effect.work = work
            effect.models = whole.models
            (effect.receipts, effect.heldSpends) = (whole.receipts, whole.heldSpends)
        }
        return effect
    }

    private func account(_ verdict: CaseVerdict, _ record: CaseRecord) throws -> AccountID {
        guard let account = record.party(verdict.side)?.account else {
            throw ServerError.invalidValue(
                name: "side", reason: "\(verdict.side.rawValue) has no account here")
        }
        return account
    }

    /// The reservation of the side that is meant, or of its work, or else the one that the case is
    /// about.
    private func reservation(_ verdict: CaseVerdict, _ record: CaseRecord) throws -> Int64 {
        let party = record.party(verdict.side)
        if let party, party.kind == .reservation { return party.id }
        let work = party?.work.flatMap { work in party?.account.map { (work, $0) } }
        let found = try work.flatMap { try ReservationStore(db: db).find($0.0, of: $0.1) }
        guard let number = found?.number ?? record.reservation else {
            throw ServerError.invalidValue(
                name: "side", reason: "\(verdict.side.rawValue) has reserved no work in it")
        }
        return number
    }
}
