import CreditLedger
public import SignedObjects

/// What was done on a server in a time, in numbers; it names nobody.
public struct ServiceReport: Codable, Sendable, Equatable {
    /// From this moment on.
    public let from: UnixTime
    /// Up to this moment, without it.
    public let to: UnixTime
    /// Accounts that were opened or asked for, by what they are now: `open`, `pending`, `refused`,
    /// `purged`.
    public let accounts: [String: Int]
    /// Suspensions by reason code.
    public let suspensions: [String: Int]
    /// Suspensions that were lifted.
    public let reinstatements: Int
    /// Accounts that were suspended at the end.
    public let suspendedAtEnd: Int
    /// Credits that were given beyond the free ones.
    public let creditsGranted: Int
    /// Generations that were countersigned.
    public let receipts: Int
    /// Times that the service was paused.
    public let pauses: Int
    /// Cases that were opened, by kind.
    public let cases: [String: Int]
    /// Decisions in cases, by what they do.
    public let decisions: [String: Int]
    /// How long cases waited for their first decision; nil where none was made in the time.
    public let timeToDecision: DecisionTime?
    /// Appeals against decisions.
    public let appeals: Int
    /// Decisions that another moderator overturned.
    public let appealsGranted: Int
    /// Appeals that were settled at the login at which the decision was entered: one person may
    /// have both names.
    public let appealsAtOneLogin: Int
    /// Reservations that were asked for, by what they are now.
    public let reservations: [String: Int]
    /// Claims that were made.
    public let claims: Int
    /// Accounts that were purged.
    public let purges: Int
}

/// How long cases waited for their first decision.
public struct DecisionTime: Codable, Sendable, Equatable {
    /// How many cases were first decided.
    public let cases: Int
    /// Half of them were decided within so many seconds.
    public let median: Int64
    /// Nine of ten were decided within so many seconds.
    public let ninth: Int64
}

extension ModerationService {
    /// What was done in a time.
    ///
    /// - Throws: ``ServerError`` where it does not end after it begins.
    public func report(from: UnixTime, to: UnixTime) throws -> ServiceReport {
        guard from < to else {
            throw ServerError.invalidValue(name: "to", reason: "must lie after from")
        }
        return try database.read { db in try ServiceReport(from: from, to: to, in: db) }
    }
}

extension ModerationService {
    /// The reports of several times, which do not block the caller's thread.
    package func reports(_ times: [Range<UnixTime>]) async throws -> [ServiceReport] {
        var reports: [ServiceReport] = []
        for time in times {
            reports.append(
                try await database.read { db in
                    try ServiceReport(from: time.lowerBound, to: time.upperBound, in: db)
                })
        }
        return reports
    }
}

extension ServiceReport {
    /// What the database says of a time.
    init(from: UnixTime, to: UnixTime, in db: Database) throws {
        let tally = Tally(db: db, from: from, to: to)
        let orders = try tally.orders()
        self.init(
            from: from, to: to,
            accounts: try tally.counts(
                "SELECT state AS name, COUNT(*) AS count FROM account "
                    + "WHERE created >= ?1 AND created < ?2 GROUP BY state"),
            suspensions: orders.suspensions, reinstatements: orders.reinstatements,
            suspendedAtEnd: orders.suspendedAtEnd, creditsGranted: orders.granted,
            receipts: try tally.receipts(),
            pauses: try tally.count("service_order", "time", "kind = 'pause'"),
            cases: try tally.counts(
                "SELECT kind AS name, COUNT(*) AS count FROM moderation_case "
                    + "WHERE opened >= ?1 AND opened < ?2 GROUP BY kind"),
            decisions: try tally.counts(
                "SELECT act AS name, COUNT(*) AS count FROM case_event "
                    + "WHERE time >= ?1 AND time < ?2 AND act IS NOT NULL GROUP BY act"),
            timeToDecision: try tally.timeToDecision(),
            appeals: try tally.count("case_event", "time", "kind = 'appealed'"),
            appealsGranted: try tally.count("case_event", "time", "kind = 'overturned'"),
            appealsAtOneLogin: try tally.appealsAtOneLogin(),
            reservations: try tally.counts(
                "SELECT state AS name, COUNT(*) AS count FROM reservation "
                    + "WHERE requested >= ?1 AND requested < ?2 GROUP BY state"),
            claims: try tally.count("claim", "opened", "1 = 1"),
            purges: try tally.count("audit", "time", "action = 'purge'"))
    }
}

/// Counts what lies in a time.
private struct Tally {
    /// What orders add up to.
    struct Orders {
        var suspensions: [String: Int] = [:]
        var reinstatements = 0
        var suspendedAtEnd = 0
        var granted = 0
    }

    let db: Database
    let from: UnixTime
    let to: UnixTime

    func counts(_ sql: String) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for row in try db.rows(sql, [from.milliseconds, to.milliseconds]) {
            counts[try row["name"]] = try row["count"]
        }
        return counts
    }

    func count(_ table: String, _ time: String, _ condition: String) throws -> Int {
        try db.value(
            "SELECT COUNT(*) FROM \(table) "
                + "WHERE \(time) >= ?1 AND \(time) < ?2 AND \(condition)",
            [from.milliseconds, to.milliseconds]) ?? 0
    }

    /// By the nearest rank.
    func timeToDecision() throws -> DecisionTime? {
        let first = """
            FROM case_event AS e JOIN moderation_case AS c ON c.id = e.case_id
            WHERE e.time >= ?1 AND e.time < ?2 AND e.kind = 'decided' AND NOT EXISTS (
                SELECT 1 FROM case_event AS d
                WHERE d.case_id = e.case_id AND d.kind = 'decided' AND d.number < e.number)
            """
        let time = [from.milliseconds, to.milliseconds]
        let count: Int = try db.value("SELECT COUNT(*) \(first)", time) ?? 0
        guard count > 0 else { return nil }
        func rank(_ tenths: Int) throws -> Int64 {
            let milliseconds: Int64? = try db.value(
                "SELECT e.time - c.opened AS wait \(first) ORDER BY wait LIMIT 1 OFFSET ?3",
                time + [Int64((count * tenths + 9) / 10 - 1)])
            return max(0, milliseconds ?? 0) / 1000
        }
        return DecisionTime(cases: count, median: try rank(5), ninth: try rank(9))
    }

    func appealsAtOneLogin() throws -> Int {
        try db.value(
            """
            SELECT COUNT(*) FROM case_event AS a
            JOIN case_event AS d ON d.case_id = a.case_id AND d.number = a.about
            WHERE a.time >= ?1 AND a.time < ?2 AND a.kind IN ('upheld', 'overturned')
                AND a.entered_by = d.entered_by
            """,
            [from.milliseconds, to.milliseconds]) ?? 0
    }

    /// Orders hang on their account and have their time inside.
    func orders() throws -> Orders {
        var sum = Orders()
        var (account, known): (AccountID?, [Order]) = (nil, [])
        func finish() {
            if Standing(after: known).suspension(at: to) != nil { sum.suspendedAtEnd += 1 }
        }
        try page("ledger_order", "serial") { row in
            let order = try JWS<Order>(stored: try row["document"]).payload
            if order.account != account {
                finish()
                (account, known) = (order.account, [])
            }
            guard order.time < to else { return }
            known.append(order)
            guard from <= order.time else { return }
            switch order.kind {
            case .suspend: sum.suspensions[order.reason, default: 0] += 1
            case .reinstate: sum.reinstatements += 1
            case .grant: sum.granted += order.credits
            case .revokeDevice, .pauseService, .resumeService, .note, .caseOpened, .caseLetter,
                .caseDecision, .withhold, .release:
                break
            }
        }
        finish()
        return sum
    }

    func receipts() throws -> Int {
        var count = 0
        try page("ledger_receipt", "number") { row in
            let time = try JWS<Receipt>(stored: try row["document"]).payload.time
            if from <= time, time < to { count += 1 }
        }
        return count
    }

    /// Reads a table of documents in the order of accounts, some at a time.
    private func page(
        _ table: String, _ key: String, _ body: (Row) throws -> Void
    ) throws {
        var last: (account: AccountID, key: Int64)?
        while true {
            let rows = try db.rows(
                """
                SELECT account, \(key) AS number, document FROM \(table)
                WHERE account > ?1 OR account = ?1 AND \(key) > ?2
                ORDER BY account, \(key) LIMIT ?3
                """,
                [
                    last?.account.blob ?? AccountID(checked: [UInt8](repeating: 0, count: 16)).blob,
                    last?.key ?? -1, Limits.auditPage,
                ])
            for row in rows {
                last = (try row.fixed("account"), try row["number"])
                try body(row)
            }
            if rows.count < Limits.auditPage { return }
        }
    }
}
