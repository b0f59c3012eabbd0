public import AtelierProtocol
public import SignedObjects

// Cases by what somebody looks for. Each condition has an index: what is decided stays in the table
// for ever, and what waits is found beside it at the same cost.
extension CaseStore {
    /// The cases that an account is a side of, by their numbers.
    ///
    /// - Parameter quiet: Whether those are among them of which it does not know.
    func records(
        of account: AccountID, after number: Int64, quiet: Bool
    ) throws -> [CaseRecord] {
        // Each side by its own index, and no more of them than are wanted.
        try db.rows(
            """
            SELECT * FROM moderation_case WHERE id IN (
                SELECT id FROM (SELECT id FROM moderation_case
                    WHERE claimant = ?1 AND id > ?2 ORDER BY id LIMIT ?3) AS claimed
                UNION SELECT id FROM (SELECT id FROM moderation_case
                    WHERE respondent = ?1 AND id > ?2 AND quiet <= ?4
                    ORDER BY id LIMIT ?3) AS accused)
            ORDER BY id LIMIT ?3
            """,
            [account.blob, number, RightsLimits.casesPerList, quiet ? 1 : 0]
        ).map(CaseRecord.init)
    }

    /// The cases of things that were put forward, by their numbers after one, some at a time.
    func records(
        of kind: CaseParty.Kind, _ ids: [Int64], after number: Int64 = 0
    ) throws -> [CaseRecord] {
        guard !ids.isEmpty else { return [] }
        let list = ids.indices.map { "?\($0 + 4)" }.joined(separator: ", ")
        return try db.rows(
            """
            SELECT * FROM moderation_case WHERE id IN (
                SELECT id FROM (SELECT id FROM moderation_case
                    WHERE claimant_kind = ?1 AND claimant_id IN (\(list)) AND id > ?2
                    ORDER BY id LIMIT ?3) AS claimed
                UNION SELECT id FROM (SELECT id FROM moderation_case
                    WHERE respondent_kind = ?1 AND respondent_id IN (\(list)) AND id > ?2
                    ORDER BY id LIMIT ?3) AS accused)
            ORDER BY id LIMIT ?3
            """,
            [kind.rawValue, number, RightsLimits.casesPerList] + ids
        ).map(CaseRecord.init)
    }

    /// Whether as many claims as `limit` against an account wait for a moderator.
    func hasOpenClaims(_ limit: Int, against account: AccountID) throws -> Bool {
        try db.rows(
            """
            SELECT 1 FROM moderation_case
            WHERE respondent = ?1 AND kind = 'claim' AND state IN ('open', 'waiting') LIMIT ?2
            """,
            [account.blob, limit]
        ).count >= limit
    }

    /// The suspensions of an account that other cases have in force.
    func suspensions(
        of account: AccountID, besides number: Int64
    ) throws -> [FormerSuspension] {
        let records = try ["claimant", "respondent"].flatMap { side in
            try db.rows(
                """
                SELECT * FROM moderation_case WHERE \(side) = ?1 AND act = 'suspend' AND id <> ?2
                ORDER BY id LIMIT ?3
                """,
                [account.blob, number, RightsLimits.casesPerList]
            ).map(CaseRecord.init)
        }
        return try histories(records).compactMap { history in
            guard let decision = history.decision, decision.effect?.account == account else {
                return nil
            }
            return FormerSuspension(decision, of: history.record.id)
        }
    }

    /// What another case has in force about a reservation, the last one; nil for none.
    func reservationAct(_ number: Int64, besides other: Int64) throws -> CaseAct? {
        try db.row(
            """
            SELECT act FROM moderation_case WHERE respondent_kind = 'reservation'
                AND respondent_id = ?1 AND id <> ?2
                AND act IN ('confirm-reservation', 'refuse-reservation')
            ORDER BY id DESC LIMIT 1
            """,
            [number, other]
        ).map { try $0.choice("act") }
    }

    /// Whether as many matches as `limit` of two accounts wait for a moderator.
    func hasOpenMatches(
        _ limit: Int, between one: AccountID, and other: AccountID
    ) throws -> Bool {
        let statements = [(one, other), (other, one)].map { claimant, respondent in
            SQLStatement(
                """
                SELECT 1 FROM moderation_case
                WHERE respondent = ?1 AND kind = 'match' AND state IN ('open', 'waiting')
                    AND claimant = ?2 LIMIT ?3
                """,
                [respondent.blob, claimant.blob, limit])
        }
        return try db.answers(to: statements).reduce(0) { $0 + $1.rows.count } >= limit
    }

    /// Whether a claim against what was put forward was dismissed, and that is in force.
    func hasDismissedClaim(against party: CaseParty) throws -> Bool {
        try db.row(
            """
            SELECT 1 FROM moderation_case
            WHERE respondent_kind = ?1 AND respondent_id = ?2
                AND kind = 'claim' AND act = 'dismiss' LIMIT 1
            """,
            [party.kind.rawValue, party.id]) != nil
    }

    /// How many claims wait for a moderator.
    func openClaims() throws -> Int {
        try db.value(
            """
            SELECT COUNT(*) FROM moderation_case
            WHERE kind = 'claim' AND state IN ('open', 'waiting')
            """) ?? 0
    }

    /// The cases in a list, the oldest change first; at most ``Limits/listedRows``.
    func summaries(_ filter: CaseFilter) throws -> [CaseSummary] {
        // Text of its own for each filter: one for all of them would be answered by no index.
        var (conditions, arguments): ([String], [any SQLConvertible]) = ([], [])
        func add(_ condition: String, _ value: any SQLConvertible) {
            arguments.append(value)
            conditions.append(condition.replacing("?", with: "?\(arguments.count)"))
        }
        if let account = filter.account {
            add("(claimant = ? OR respondent = ?)", account.blob)
        }
        if let kind = filter.kind { add("kind = ?", kind.rawValue) }
        if let state = filter.state {
            add("state = ?", state.rawValue)
        } else if !filter.all {
            conditions.append("state IN ('open', 'waiting', 'appealed')")
        }
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        arguments.append(Limits.listedRows)
        return try db.rows(
            """
            SELECT * FROM moderation_case \(condition)
            ORDER BY changed, id LIMIT ?\(arguments.count)
            """,
            arguments
        ).map(CaseSummary.init)
    }

    /// The cases of claims, by the claims' rows.
    func ofClaims(_ claims: [Int64]) throws -> [Int64: [CaseSummary]] {
        var found: [Int64: [CaseSummary]] = [:]
        for start in stride(from: 0, to: claims.count, by: Limits.rowsByKey) {
            let part = claims[start..<min(start + Limits.rowsByKey, claims.count)]
            let list = part.indices.map { "?\($0 - start + 1)" }.joined(separator: ", ")
            let rows = try db.rows(
                """
                SELECT * FROM moderation_case
                WHERE claimant_kind = 'claim' AND claimant_id IN (\(list))
                ORDER BY claimant_id, id LIMIT ?\(part.count + 1)
                """,
                Array(part) + [part.count * 2 * Limits.casesPerOpening])
            for row in rows {
                let summary = try CaseSummary(row)
                found[summary.record.claimant?.id ?? 0, default: []].append(summary)
            }
        }
        return found
    }

    /// The numbers of cases after one, some at a time.
    func numbers(after number: Int64) throws -> [Int64] {
        try db.rows(
            "SELECT id FROM moderation_case WHERE id > ?1 ORDER BY id LIMIT ?2",
            [number, Limits.auditPage]
        ).map { try $0["id"] }
    }

    /// The numbers of cases of which only events are there.
    func numbersWithoutRow() throws -> [Int64] {
        try db.rows(
            """
            SELECT case_id FROM case_event WHERE number = 1 AND NOT EXISTS (
                SELECT 1 FROM moderation_case WHERE id = case_id)
            ORDER BY case_id LIMIT ?1
            """,
            [Limits.auditPage]
        ).map { try $0["case_id"] }
    }

    /// What is kept of a case beside its events, and the act that is said to be in force.
    func row(_ number: Int64) throws -> (summary: CaseSummary, act: CaseAct?) {
        guard let row = try db.row("SELECT * FROM moderation_case WHERE id = ?1", [number]) else {
            throw ServerError.notFound("case \(number)", list: "cases list --all")
        }
        return (try CaseSummary(row), try row.optionalChoice("act"))
    }

    /// How many of the database's own guards of events are there, see ``RightsSchema``.
    func guards() throws -> Int {
        try db.value(
            db.kind == .sqlite
                ? """
                SELECT COUNT(*) FROM sqlite_master
                WHERE type = 'trigger' AND tbl_name = 'case_event'
                """
                : """
                SELECT COUNT(*) FROM pg_trigger
                WHERE tgrelid = 'case_event'::regclass AND tgenabled <> 'D' AND NOT tgisinternal
                """) ?? 0
    }
}

/// Which cases a list shows.
public struct CaseFilter: Sendable {
    /// Decided and ended ones too.
    public var all: Bool
    /// Only those that are so far.
    public var state: CaseState?
    /// Only those that were opened for this.
    public var kind: CaseKind?
    /// Only those of an account, on either side.
    public var account: AccountID?

    /// Open, waiting and appealed ones unless `all` are asked for.
    public init(
        all: Bool = false, state: CaseState? = nil, kind: CaseKind? = nil,
        account: AccountID? = nil
    ) {
        self.all = all || state != nil
        self.state = state
        self.kind = kind
        self.account = account
    }
}

/// A case in a list.
public struct CaseSummary: Codable, Sendable {
    /// The case as it was opened.
    public let record: CaseRecord
    /// How far it is.
    public let state: CaseState
    /// Whom a question waits for.
    public let waitsFor: CaseSide?
    /// When something last happened.
    public let changed: UnixTime
    /// The decision in force; nil for none.
    public let act: CaseAct?
    /// Who made it, and cannot settle the appeal against it.
    public let decider: String?

    init(_ row: Row) throws {
        record = try CaseRecord(row)
        state = try row.choice("state")
        waitsFor = try row.optionalChoice("waits_for")
        changed = try row.time("changed")
        act = try row.optionalChoice("act")
        decider = try row["decider"]
    }
}
