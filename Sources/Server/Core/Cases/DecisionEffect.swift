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
            let number = try reservation(record)
            effect.account = nil
            effect.reservation = number
            effect.reservationBefore = try ReservationStore(db: db).state(of: number)
        case .suspend:
            let account = try account(verdict, record)
            let ledger = try ledgers.openLedger(of: account, now: now, in: db)
            let bound = SuspensionEffect(on: ledger, serial: 0, now: now)
            effect.leasedCredits = bound.leasedCredits
            effect.usableUntil = bound.usableUntil
            effect.heldSpends = bound.heldSpends
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
                    withheld, case: record.id, reason: verdict.code, text: verdict.text, now: now,
                    in: db)
            }
        case .confirmReservation:
            try ReservationStore(db: db).set(
                .confirmed, reservation(record), words: verdict.text, now: now)
        case .refuseReservation:
            try ReservationStore(db: db).set(
                .refused, reservation(record), words: verdict.text, now: now)
        case .suspend:
            effect.order = try ledgers.change(
                account(verdict, record), LedgerNeeds(), now: now, in: db
            ) { ledger in
                try ledger.suspend(
                    reason: verdict.code, text: verdict.text, until: verdict.until,
                    appeal: "atelier appeal \(record.id) TEXT", now: now, signer: ledgers.signer
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
            try store.set(before, number, words: "", now: now)
        case .suspend:
            guard let account = effect.account, let serial = effect.order else { return }
            try ledgers.change(account, LedgerNeeds(), now: now, in: db) { ledger in
                guard ledger.standing.suspension?.serial == serial else { return }
                try ledger.reinstate(reason: "decision-lifted", now: now, signer: ledgers.signer)
            }
        }
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
                throw ServerError.invalidValue(
                    name: "model",
                    reason: "names none of the \(whole.models.count) models with the work: "
                        + whole.models.map(\.description).joined(separator: ", "))
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

    private func reservation(_ record: CaseRecord) throws -> Int64 {
        guard let number = record.reservation else { throw StoredFormError(column: "case") }
        return number
    }
}
