import AtelierProtocol
import SignedObjects

/// One case inside one transaction: takes events, puts their effects into force, and writes to the
/// accounts.
struct CaseSession {
    let db: Database
    let now: UnixTime
    let effects: CaseEffects
    private(set) var history: CaseHistory

    /// Opens and locks a case.
    init(_ id: Int64, ledgers: LedgerService, now: UnixTime, in db: Database) throws {
        self.db = db
        self.now = now
        effects = CaseEffects(ledgers: ledgers, db: db, now: now)
        history = try CaseStore(db: db).locked(id)
    }

    var record: CaseRecord { history.record }

    /// An event that comes next.
    func event(_ kind: CaseEvent.Kind, by actor: String) -> CaseEvent {
        // Never before the last one, whichever machine's clock is behind.
        CaseEvent(
            number: Int64(history.events.count + 1),
            time: max(now, history.events.last?.time ?? now), kind: kind, actor: actor)
    }

    /// Takes an event, with the verdict of one that decides.
    mutating func take(_ event: CaseEvent, _ verdict: CaseVerdict? = nil) throws {
        var event = event
        let former = history.decision
        var next = history
        do {
            // What it does is known before it is stored, and stored with it.
            for effect in try next.take(event) {
                switch effect {
                case .lift:
                    if let former { try effects.lift(former, of: record) }
                case .enforce:
                    guard let verdict else { throw StoredFormError(column: "case") }
                    event.effect = try effects.enforce(verdict, of: record)
                }
            }
        } catch let refusal as CaseRefusal {
            throw ServerError.caseRefused(refusal)
        }
        next = history
        _ = try next.take(event)
        history = next
        try CaseStore(db: db).append(event, to: history)
        try notify(of: event)
        try Audit.append(
            "case \(event.kind.rawValue)", actor: event.actor,
            account: record.respondent?.account ?? record.claimant?.account,
            reason: event.code, detail: "case \(record.id) \(event.act?.rawValue ?? "")",
            now: now, in: db)
    }

    private func notify(of event: CaseEvent) throws {
        switch event.kind {
        case .opened, .noted: break
        case .asked:
            guard let side = event.side else { return }
            try write(.letter, "question", words(of: event, to: side), to: side)
        case .answered, .appealed, .withdrawn:
            // Who is told once that the other side writes need not be told each time.
            guard let side = event.side, !isContinued(event) else { return }
            try write(
                .letter, event.kind.rawValue, CaseWording.news(event.kind, record),
                to: side.other)
        case .decided, .undone, .upheld, .overturned:
            for side in CaseSide.allCases {
                var text = words(of: event, to: side)
                if let until = history.appealUntil {
                    text += " " + CaseWording.appeal(record, until: until)
                }
                let code = event.code.isEmpty ? event.kind.rawValue : event.code
                try write(.decision, code, text, to: side)
            }
        }
    }

    /// Whether a side only goes on writing: the other was told, and nothing has happened since.
    private func isContinued(_ event: CaseEvent) -> Bool {
        let before = history.events.dropLast().last { $0.kind != .noted }
        return event.kind == .answered && before?.kind == .answered && before?.side == event.side
    }

    private func words(of event: CaseEvent, to side: CaseSide) -> String {
        side == .claimant ? event.claimantText : event.respondentText
    }

    private func write(
        _ kind: LetterStore.Kind, _ code: String, _ text: String, to side: CaseSide
    ) throws {
        guard let account = record.party(side)?.account, !(record.isQuiet && side == .respondent)
        else { return }
        try LetterStore(db: db).add(
            kind, case: record.id, code: code, text: text, to: account, now: now)
    }
}
