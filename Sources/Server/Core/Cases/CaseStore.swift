import AtelierProtocol
import Foundation
import SignedObjects

/// Cases and their events as rows.
///
/// One case for one ground: the ground of a pair is the same from both ends, and unique in the
/// table, so that two servers that find the same pair at once open one case. Events are only ever
/// added; what they add up to is kept beside for lists, see ``CaseHistory``.
struct CaseStore {
    let db: Database

    /// A case that is to be opened.
    struct Opening {
        let kind: CaseKind
        /// What makes the case the same as another one.
        let ground: String
        var claimant: CaseParty?
        var respondent: CaseParty?
        var distance: Int?
        var evidenceAfter: Int64 = 0
        /// What the claimant says; both sides read it.
        var statement = ""
        var statementBy: CaseSide?
        /// Whether the respondent hears of it only when a moderator asks.
        var isQuiet = false

        /// The ground of two parties, in whichever order they come.
        static func ground(_ kind: CaseKind, _ parties: CaseParty?...) -> String {
            let keys = parties.compactMap { $0?.key }.sorted()
            return "\(kind.rawValue) \(keys.joined(separator: " "))"
        }
    }

    /// Opens a case.
    ///
    /// - Returns: Its number; nil where there is, or was, one on the same ground.
    func open(_ opening: Opening, now: UnixTime) throws -> Int64? {
        // Looked for first: an insertion that gives way uses a number up all the same.
        guard try find(opening.ground) == nil else { return nil }
        let (claimant, respondent) = (opening.claimant, opening.respondent)
        let sql = SQLStatement.insert(
            into: "moderation_case",
            [
                "kind": opening.kind.rawValue, "ground": opening.ground,
                "opened": now.milliseconds, "changed": now.milliseconds,
                "distance": opening.distance, "evidence_after": opening.evidenceAfter,
                "quiet": opening.isQuiet ? 1 : 0,
                "claimant_kind": claimant?.kind.rawValue, "claimant_id": claimant?.id,
                "claimant": claimant?.account?.blob, "claimant_work": claimant?.work?.blob,
                "claimant_since": claimant?.since.milliseconds,
                "respondent_kind": respondent?.kind.rawValue, "respondent_id": respondent?.id,
                "respondent": respondent?.account?.blob,
                "respondent_work": respondent?.work?.blob,
                "respondent_since": respondent?.since.milliseconds,
            ], onConflict: .keeps(by: ["ground"]))
        let row = try db.rows(
            sql.sql + " RETURNING id", sql.arguments.map { $0 as any SQLConvertible }
        ).first
        guard let id: Int64 = try row?["id"] else { return nil }
        var event = CaseEvent(
            number: 1, time: now, kind: .opened,
            actor: opening.statementBy?.rawValue ?? CaseStore.server)
        event.side = opening.statementBy
        event.text = opening.statement
        try insert(event, of: id)
        let record = try record(id)
        for side in CaseSide.allCases where side == .claimant || !opening.isQuiet {
            guard let account = record.party(side)?.account else { continue }
            try LetterStore(db: db).add(
                .opened, case: id, code: opening.kind.rawValue,
                text: CaseWording.opened(record, to: side), to: account, now: now)
        }
        try Audit.append(
            "case", actor: CaseStore.server, account: respondent?.account ?? claimant?.account,
            reason: opening.kind.rawValue, detail: "case \(id)", now: now, in: db)
        return id
    }

    /// Who opens cases.
    static let server = "server"

    /// A case with its events.
    ///
    /// - Throws: ``ServerError`` where there is none of that number.
    func history(_ id: Int64) throws -> CaseHistory {
        try history(record(id))
    }

    /// A case with its events.
    func history(_ record: CaseRecord) throws -> CaseHistory {
        try CaseHistory(record, events: events(of: record.id))
    }

    /// The histories of cases, which costs PostgreSQL one round trip for all.
    func histories(_ records: [CaseRecord]) throws -> [CaseHistory] {
        let answers = try db.answers(to: records.map { Self.eventStatement($0.id) })
        return try zip(records, answers).map { record, answer in
            try CaseHistory(record, events: answer.rows.map(CaseEvent.init))
        }
    }

    /// The case on a ground; nil where there is none.
    func find(_ ground: String) throws -> Int64? {
        try db.value("SELECT id FROM moderation_case WHERE ground = ?1", [ground])
    }

    /// Locks a case and its accounts until the transaction's end: the accounts first and in one
    /// order, as requests of their devices hold them when they come to the case.
    func locked(_ id: Int64) throws -> CaseHistory {
        for account in try record(id).accounts { try db.lock(account) }
        try db.execute("UPDATE moderation_case SET changed = changed WHERE id = ?1", [id])
        return try history(id)
    }

    /// A case as it was opened.
    func record(_ id: Int64) throws -> CaseRecord {
        guard let row = try db.row("SELECT * FROM moderation_case WHERE id = ?1", [id]) else {
            throw ServerError.notFound("case \(id)", list: "cases list --all")
        }
        return try CaseRecord(row)
    }

    /// Adds an event to a case that ``locked(_:)`` gave, after its machine took it.
    func append(_ event: CaseEvent, to history: CaseHistory) throws {
        let id = history.record.id
        try insert(event, of: id)
        let machine = history.machine
        try db.execute(
            """
            UPDATE moderation_case SET state = ?1, waits_for = ?2, changed = ?3, act = ?4,
                evidence_to = ?5, quiet = ?6, decider = ?7
            WHERE id = ?8
            """,
            [
                machine.state.rawValue, machine.waitsFor?.rawValue, event.time.milliseconds,
                machine.decision?.act.rawValue,
                machine.decision == nil
                    ? nil : try LedgerEvidence(db: db).last(for: history.record) as Int64?,
                history.record.isQuiet ? 1 : 0, machine.decision?.moderator, id,
            ])
    }

    /// What happened in a case, oldest first.
    func events(of id: Int64) throws -> [CaseEvent] {
        try db.answers(to: [Self.eventStatement(id)]).flatMap(\.rows).map(CaseEvent.init)
    }

    private static func eventStatement(_ id: Int64) -> SQLStatement {
        SQLStatement(
            "SELECT * FROM case_event WHERE case_id = ?1 ORDER BY number LIMIT ?2",
            [id, RightsLimits.lettersPerCase])
    }

    /// Adds an event as a row.
    func insert(_ event: CaseEvent, of id: Int64) throws {
        let effect = try event.effect.map {
            String(decoding: try CanonicalJSON.encoder.encode($0), as: UTF8.self)
        }
        try db.execute(
            .insert(
                into: "case_event",
                [
                    "case_id": id, "number": event.number, "time": event.time.milliseconds,
                    "kind": event.kind.rawValue, "actor": event.actor,
                    "side": event.side?.rawValue, "act": event.act?.rawValue,
                    "code": event.code, "words": event.text,
                    "claimant_words": event.claimantText,
                    "respondent_words": event.respondentText,
                    "until": event.until?.milliseconds, "effect": effect,
                    "about": event.about, "about_actor": event.aboutActor,
                    "entered_by": event.enteredBy,
                ]))
    }
}

extension CaseRecord {
    init(_ row: Row) throws {
        id = try row["id"]
        kind = try row.choice("kind")
        opened = try row.time("opened")
        claimant = try CaseParty(row, "claimant")
        respondent = try CaseParty(row, "respondent")
        distance = try row["distance"]
        isQuiet = try row["quiet"] == 1
        evidenceAfter = try row["evidence_after"]
    }
}

extension CaseParty {
    fileprivate init?(_ row: Row, _ side: String) throws {
        guard let kind: Kind = try row.optionalChoice("\(side)_kind") else { return nil }
        self.init(
            kind: kind, id: try row["\(side)_id"],
            account: try row.isNull(side) ? nil : try row.fixed(side),
            work: try row.isNull("\(side)_work") ? nil : try row.fixed("\(side)_work"),
            since: try row.time("\(side)_since"))
    }
}

extension CaseEvent {
    fileprivate init(_ row: Row) throws {
        let effect: String? = try row["effect"]
        self.init(
            number: try row["number"], time: try row.time("time"), kind: try row.choice("kind"),
            actor: try row["actor"], side: try row.optionalChoice("side"),
            act: try row.optionalChoice("act"), code: try row["code"], text: try row["words"],
            claimantText: try row["claimant_words"],
            respondentText: try row["respondent_words"], until: try row.optionalTime("until"),
            effect: try effect.map { try CanonicalJSON.decode(from: Data($0.utf8)) },
            about: try row["about"], aboutActor: try row["about_actor"],
            enteredBy: try row["entered_by"])
    }
}

extension Row {
    /// The column's choice by its raw value.
    func choice<Choice: RawRepresentable<String>>(_ column: String) throws -> Choice {
        guard let choice = Choice(rawValue: try self[column]) else {
            throw StoredFormError(column: column)
        }
        return choice
    }

    /// The column's choice; nil where the column holds nothing.
    func optionalChoice<Choice: RawRepresentable<String>>(_ column: String) throws -> Choice? {
        try isNull(column) ? nil : try choice(column)
    }

    /// The column's moment; nil where the column holds nothing.
    func optionalTime(_ column: String) throws -> UnixTime? {
        try isNull(column) ? nil : try time(column)
    }
}
