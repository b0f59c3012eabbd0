public import AtelierProtocol
import CreditLedger
import SignedObjects

/// Cases: what moderators look at and decide, and what the two sides write.
///
/// Roles, turns and bounds are checked in the transaction that acts; commands and pages add none.
public struct CaseService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator
    let ledgers: LedgerService

    /// The cases that wait for somebody, or all, the oldest change first.
    public func list(_ filter: CaseFilter = CaseFilter()) throws -> [CaseSummary] {
        try database.read { db in try CaseStore(db: db).summaries(filter) }
    }

    /// One case with all that is known of it.
    ///
    /// - Throws: ``ServerError`` where there is none of that number.
    public func dossier(_ id: Int64) throws -> CaseDossier {
        let now = clock()
        return try database.read { db in try CaseDossier(id, now: now, in: db) }
    }

    /// Writes a note for colleagues.
    ///
    /// - Throws: ``ServerError`` where the moderator or the case is none, or the note too long.
    public func note(_ id: Int64, text: String, as name: String) throws {
        try act(id, .noted, as: name, role: .reviewer) { event in
            event.text = try Self.checked(text, "text")
        }
    }

    /// Asks a side, which may answer.
    ///
    /// - Throws: ``ServerError``.
    public func ask(
        _ id: Int64, _ side: CaseSide, text: String, as name: String, seen: Int? = nil
    ) throws {
        let check = { try Self.checkReader(side, $0, in: $1) }
        try act(id, .asked, as: name, role: .reviewer, seen: seen, check: check) { event in
            event.side = side
            let words = try Self.checked(text, "text")
            if side == .claimant {
                event.claimantText = words
            } else {
                event.respondentText = words
            }
        }
    }

    /// Refuses a question that nobody would read: of an account that is gone.
    private static func checkReader(
        _ side: CaseSide, _ record: CaseRecord, in db: Database
    ) throws {
        guard let account = record.party(side)?.account else { return }
        let state = try AccountStore(db: db).opening(of: account)?.state
        guard state == nil || state == .purged else { return }
        throw ServerError.invalidValue(
            name: "side",
            reason: "\(side.rawValue) cannot read it: account \(account) was purged. Decide "
                + "without an answer")
    }

    /// Decides a case, with effect at once; each side may appeal for a time.
    ///
    /// - Parameter seen: How many events the moderator has read; with nil it is not checked.
    /// - Returns: What the decision touches.
    /// - Throws: ``ServerError`` where the moderator may not decide, the case is decided already or
    ///   the verdict does not fit.
    @discardableResult
    public func decide(
        _ id: Int64, _ verdict: CaseVerdict, as name: String, seen: Int? = nil
    ) throws -> DecisionEffect {
        try check(verdict)
        return try act(id, .decided, as: name, role: .moderator, seen: seen, verdict) { event in
            event.set(verdict)
        }
    }

    /// What ``decide(_:_:as:seen:)`` would touch, or, of an appealed case, what takes the
    /// decision's place; changes nothing, and refuses the same.
    public func preview(
        _ id: Int64, _ verdict: CaseVerdict, as name: String
    ) throws -> DecisionEffect {
        try check(verdict)
        let now = clock()
        return try database.read { db in
            try ModeratorStore(db: db).require(.moderator, name)
            let history = try CaseStore(db: db).history(id)
            var machine = history.machine
            do throws(CaseRefusal) {
                let isAppealed = machine.state == .appealed
                _ = try machine.apply(
                    isAppealed
                        ? .overturn(verdict.act, by: name) : .decide(verdict.act, by: name))
            } catch {
                throw ServerError.caseRefused(error)
            }
            return try CaseEffects(ledgers: self.ledgers, db: db, now: now)
                .preview(verdict, of: history.record)
        }
    }

    /// Takes a decision back: what it took is restored, and the case is open again.
    ///
    /// - Throws: ``ServerError`` where there is no decision to take back.
    public func undo(_ id: Int64, text: String, as name: String, seen: Int? = nil) throws {
        try act(id, .undone, as: name, role: .moderator, seen: seen) { event in
            let words = try Self.checked(text, "text")
            (event.claimantText, event.respondentText) = (words, words)
        }
    }

    /// Settles an appeal: with nil the decision stays, with a verdict that one takes its place.
    ///
    /// - Throws: ``ServerError`` where nobody has appealed, or `name` made the decision.
    ///
    /// - Returns: What the verdict touches, and what it lifts.
    @discardableResult
    public func settleAppeal(
        _ id: Int64, with verdict: CaseVerdict?, text: String, as name: String, seen: Int? = nil
    ) throws -> AppealOutcome {
        if let verdict { try check(verdict) }
        let kind: CaseEvent.Kind = verdict == nil ? .upheld : .overturned
        let before = try database.read { db in try CaseStore(db: db).history(id).decision }
        let effect = try act(id, kind, as: name, role: .moderator, seen: seen, verdict) { event in
            let words = try Self.checked(text, "text")
            (event.claimantText, event.respondentText) = (words, words)
            if let verdict { event.set(verdict) }
        }
        return AppealOutcome(
            effect: effect, lifted: verdict == nil ? nil : before?.act,
            liftedEffect: verdict == nil ? nil : before?.effect)
    }

    /// Runs one moderator's act in one transaction; then tells the accounts.
    @discardableResult
    private func act(
        _ id: Int64, _ kind: CaseEvent.Kind, as name: String, role: ModeratorRole,
        seen: Int? = nil, _ verdict: CaseVerdict? = nil,
        check: (CaseRecord, Database) throws -> Void = { _, _ in },
        _ fill: (inout CaseEvent) throws -> Void
    ) throws -> DecisionEffect {
        let now = clock()
        let (effect, accounts) = try database.write { db in
            try ModeratorStore(db: db).require(role, name)
            try TimeService.require(now, boot: self.bootTime(), in: db)
            var session = try CaseSession(id, ledgers: self.ledgers, now: now, in: db)
            guard session.history.moderatorCount < Limits.moderatorEventsPerCase else {
                throw ServerError.invalidValue(
                    name: "case",
                    reason: "\(id) has \(Limits.moderatorEventsPerCase) entries of moderators, the "
                        + "most there can be")
            }
            // Who decides has read what there is: nobody overwrites a colleague's act unseen.
            if let seen, session.history.changed(since: seen) {
                throw ServerError.caseChanged(id, since: seen)
            }
            try check(session.record, db)
            var event = session.event(kind, by: name)
            event.enteredBy = self.environment.operatorName
            if kind == .upheld || kind == .overturned {
                event.about = session.history.decision?.number
                event.aboutActor = session.history.decision?.actor
            }
            try fill(&event)
            try session.take(event, verdict)
            return (
                session.history.events.last?.effect ?? DecisionEffect(), session.record.accounts
            )
        }
        deliver(to: accounts)
        return effect
    }

    /// Makes the letters that wait for accounts orders, and wakes their devices; for commands. The
    /// act is done: what fails here is done at the account's next contact.
    func deliver(to accounts: [AccountID]) {
        let now = clock()
        for account in accounts {
            try? database.write { db in try self.deliver(to: account, now: now, in: db) }
            environment.announce(account)
        }
    }

    /// The same for requests.
    func deliver(to accounts: [AccountID]) async {
        let now = clock()
        for account in accounts {
            try? await database.write { db in
                try self.deliver(to: account, now: now, in: db)
            }
            environment.changed(account)
        }
    }

    private func deliver(to account: AccountID, now: UnixTime, in db: Database) throws {
        // Before the letters are read: each becomes one order, whoever delivers at the same time.
        try db.lock(account)
        let rows = try db.answers(to: [LetterStore.statement(account)]).flatMap(\.rows)
        guard !rows.isEmpty else { return }
        try ledgers.change(account, LedgerNeeds(), now: now, in: db) { ledger in
            try LetterStore(db: db).deliver(rows, to: &ledger, now: now, signer: signer)
        }
    }

    private func check(_ verdict: CaseVerdict) throws {
        try ModerationService.checkReason(verdict.code)
        guard verdict.code.utf8.count <= LedgerLimits.reasonBytes else {
            throw ServerError.invalidValue(
                name: "code", reason: "has at most \(LedgerLimits.reasonBytes) bytes")
        }
        _ = try Self.checked(verdict.text, "text")
        _ = try verdict.claimantText.map { try Self.checked($0, "text to the claimant") }
        if let until = verdict.until, until <= clock() {
            throw ServerError.invalidValue(name: "until", reason: "must lie in the future")
        }
        guard verdict.until == nil || verdict.act == .suspend else {
            throw ServerError.invalidValue(name: "until", reason: "is for suspend alone")
        }
    }

    /// A letter and how to appeal fit one order.
    private static func checked(_ text: String, _ name: String) throws -> String {
        guard RightsText.isReadable(text), text.utf8.count <= Limits.moderatorTextBytes else {
            throw ServerError.invalidValue(
                name: name,
                reason: "has 1 to \(Limits.moderatorTextBytes) bytes, and no control characters")
        }
        return text
    }
}

/// What came of an appeal.
public struct AppealOutcome: Sendable {
    /// What the new decision touches; nothing where the old one stays.
    public let effect: DecisionEffect
    /// The decision that is lifted; nil where it stays.
    public let lifted: CaseAct?
    /// What that had touched.
    public let liftedEffect: DecisionEffect?
}

extension CaseEvent {
    /// Takes a verdict's values.
    fileprivate mutating func set(_ verdict: CaseVerdict) {
        (act, side, code, until) = (verdict.act, verdict.side, verdict.code, verdict.until)
        respondentText = verdict.text
        claimantText = verdict.claimantText ?? verdict.text
    }
}
