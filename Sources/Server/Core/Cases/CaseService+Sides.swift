import AtelierProtocol
import CreditLedger
import SignedObjects

// What the two sides read and write.
extension CaseService {
    /// What a side does.
    enum SideAct {
        case answer
        case appeal
        case withdraw

        fileprivate var kind: CaseEvent.Kind {
            switch self {
            case .answer: .answered
            case .appeal: .appealed
            case .withdraw: .withdrawn
            }
        }

        /// The move of the case's machine.
        func move(_ side: CaseSide) -> CaseMachine.Move {
            switch self {
            case .answer: .answer(side)
            case .appeal: .appeal(side)
            case .withdraw: .withdraw(side)
            }
        }
    }

    /// The cases of the account of a device.
    func cases(after number: Int64, _ incoming: IncomingRequest) async throws -> CaseList {
        try await requests.authorized(incoming) { db, caller, now in
            let store = CaseStore(db: db)
            let records = try store.records(of: caller.account, after: number, quiet: false)
            return CaseList(
                cases: try Self.files(records, now: now, in: db) { $0.side(of: caller.account) })
        }
    }

    /// Cases as one of their sides reads them, as far as they fit one reply.
    static func files(
        _ records: [CaseRecord], now: UnixTime, in db: Database,
        sideOf: (CaseRecord) -> CaseSide?
    ) throws -> [CaseFile] {
        var (files, bytes): ([CaseFile], Int) = ([], 0)
        for record in records {
            guard let side = sideOf(record) else { continue }
            let file = try CaseFile(CaseStore(db: db).history(record), for: side, now: now)
            bytes += file.letters.reduce(0) { $0 + $1.text.utf8.count }
            guard files.isEmpty || bytes <= Limits.caseListBytes else { break }
            files.append(file)
        }
        return files
    }

    /// One case of the account of a device.
    func file(_ id: Int64, _ incoming: IncomingRequest) async throws -> CaseFile {
        try await requests.authorized(incoming) { db, caller, now in
            let (history, side) = try Self.history(id, of: caller.account, in: db)
            return try CaseFile(history, for: side, now: now)
        }
    }

    /// Takes what the account of a device writes.
    func act(
        _ act: SideAct, _ words: CaseWords, on id: Int64, _ incoming: IncomingRequest
    ) async throws -> CaseFile {
        let (file, accounts) = try await requests.authorized(incoming) { db, caller, now in
            let side = try Self.history(id, of: caller.account, in: db).side
            return try self.act(act, words.text, on: id, side: side, now: now, in: db)
        }
        await deliver(to: accounts)
        return file
    }

    /// Takes what a side writes; the caller has checked who it is.
    func act(
        _ act: SideAct, _ text: String, on id: Int64, side: CaseSide, now: UnixTime,
        in db: Database
    ) throws -> (CaseFile, accounts: [AccountID]) {
        var session = try CaseSession(id, ledgers: ledgers, now: now, in: db)
        guard act == .withdraw || session.history.count(by: side) < Limits.lettersPerSide else {
            throw ServerError.refused(
                .limitReached,
                detail: "A side writes at most \(Limits.lettersPerSide) letters in one case.")
        }
        if act == .appeal, let until = session.history.appealUntil, until < now {
            throw ServerError.refused(
                .caseState, detail: "An appeal was possible until \(until.toTheMinute).")
        }
        var event = session.event(act.kind, by: side.rawValue)
        event.side = side
        event.text = text
        do {
            try session.take(event)
        } catch ServerError.caseRefused(let refusal) {
            throw ServerError.refused(
                .caseState, detail: Self.words(refusal, to: act) ?? refusal.description)
        }
        var accounts = [session.record.party(side.other)?.account].compactMap { $0 }
        // Who takes back the reservation that the case is about takes it back everywhere.
        if act == .withdraw, session.history.machine.phase == .final,
            let party = session.record.party(side), party.kind == .reservation
        {
            accounts += try end(reservation: party.id, text: text, now: now, in: db)
        }
        return (try CaseFile(session.history, for: side, now: now), accounts)
    }

    /// Ends a reservation, with the cases in which nothing is decided about it yet.
    ///
    /// - Returns: The accounts that have new letters.
    func end(
        reservation number: Int64, text: String, now: UnixTime, in db: Database
    ) throws -> [AccountID] {
        let store = ReservationStore(db: db)
        guard [.pending, .confirmed].contains(try store.state(of: number)) else { return [] }
        try FingerprintStore(db: db).withdraw(.reservation, owner: number)
        try store.set(.withdrawn, number, words: "", now: now)
        return try CodeCases(cases: self, db: db, now: now, kind: .reservation, ids: [number])
            .withdraw(text)
    }

    /// Ends what an account has reserved, with the cases in which nothing is decided about it yet.
    ///
    /// - Returns: The accounts that have new letters.
    func endReservations(
        of account: AccountID, now: UnixTime, in db: Database
    ) throws -> [AccountID] {
        try ReservationStore(db: db).live(of: account).flatMap {
            try end(reservation: $0, text: "", now: now, in: db)
        }
    }

    /// What a letter of somebody without an account counts for.
    func letterCounts(of code: RightsCode, _ incoming: IncomingRequest) -> [Rate.Count] {
        incoming.sender.counts(
            of: "letter address", limit: policy.claimLettersPerDay, window: .day)
            + [
                Rate.Count(
                    bucket: "letter code \(code.hash)", limit: policy.claimLettersPerDay,
                    window: .day)
            ]
    }

    /// What a refusal means for who is no moderator; nil for what the refusal says itself.
    private static func words(_ refusal: CaseRefusal, to act: SideAct) -> String? {
        switch (refusal, act) {
        case (.outOfTurn(.open, _), .appeal), (.outOfTurn(.waiting, _), .appeal):
            "There is no decision yet that could be appealed against. An answer is read before it."
        case (.outOfTurn, .withdraw): "There is nothing in this case that you could withdraw now."
        case (.outOfTurn(.decided, _), .answer):
            "The case is decided: an appeal is read now, and no answer."
        default: nil
        }
    }

    /// Others' cases are as unknown as those that there are not.
    private static func history(
        _ id: Int64, of account: AccountID, in db: Database
    ) throws -> (CaseHistory, side: CaseSide) {
        let store = CaseStore(db: db)
        guard let record = try? store.record(id), let side = record.side(of: account),
            !(record.isQuiet && side == .respondent)
        else {
            throw ServerError.refused(
                .notFound, detail: "The account has no such case. `atelier cases list` shows them.")
        }
        return (try store.history(id), side)
    }
}

extension CaseFile {
    /// The case as `side` reads it: letters to the other side, notes and names are left out.
    init(_ history: CaseHistory, for side: CaseSide, now: UnixTime) throws {
        let (record, machine) = (history.record, history.machine)
        let appealUntil = history.appealUntil
        let decision = history.lastDecision.flatMap { event in
            event.act.map { act in
                CaseDecision(
                    act: act, side: event.side ?? .respondent, code: event.code,
                    until: event.until, time: event.time, appealUntil: appealUntil,
                    isUndone: history.decision == nil)
            }
        }
        // Asking without an account costs nothing: it must not tell how near a work is, or at what
        // moment it came.
        let isStranger = record.party(side)?.account == nil
        let isSeen = history.events.contains { [.asked, .decided].contains($0.kind) }
        let respondentSince = record.respondent?.since
        let isTimely = appealUntil.map { now <= $0 } ?? false
        self.init(
            number: record.id, kind: record.kind, side: side, state: machine.state,
            waitsFor: machine.waitsFor, work: record.party(side)?.work,
            reservation: record.reservation,
            distance: isStranger && !isSeen ? nil : record.distance,
            claimantSince: record.claimant?.since,
            respondentSince: isStranger ? respondentSince?.startOfDay : respondentSince,
            opened: record.opened,
            letters: history.events.compactMap { CaseLetter($0, for: side) },
            decision: decision, canAnswer: machine.allows(.answer(side)),
            canAppeal: isTimely && machine.allows(.appeal(side)),
            canWithdraw: machine.allows(.withdraw(side)))
    }
}

extension UnixTime {
    /// The beginning of its day in UTC.
    fileprivate var startOfDay: UnixTime {
        UnixTime(milliseconds: milliseconds - milliseconds % Limits.day)
    }
}

extension CaseLetter {
    /// What `side` reads of an event; nil for nothing.
    fileprivate init?(_ event: CaseEvent, for side: CaseSide) {
        let words = side == .claimant ? event.claimantText : event.respondentText
        let kind: Kind
        switch event.kind {
        case .noted: return nil
        case .opened:
            guard !event.text.isEmpty else { return nil }
            kind = .statement
        case .asked:
            guard event.side == side else { return nil }
            kind = .question
        case .answered: kind = .answer
        case .appealed: kind = .appeal
        case .withdrawn: kind = .withdrawal
        case .decided: kind = .decision
        case .undone: kind = .undo
        case .upheld, .overturned: kind = .appealDecision
        }
        let isOfSide =
            event.actor == CaseSide.claimant.rawValue
            || event.actor == CaseSide.respondent.rawValue
        self.init(
            from: isOfSide ? event.side : nil, kind: kind, text: isOfSide ? event.text : words,
            time: event.time)
    }
}
