package import AtelierProtocol
package import SignedObjects

/// Which part of the queue somebody looks at.
package struct QueueFilter: Sendable {
    /// One of the parts that a moderator switches between.
    package enum Part: String, Sendable, CaseIterable {
        /// All that waits for somebody.
        case all
        /// Those that the moderator works on.
        case mine
        /// Those that nobody works on.
        case free
        /// Those with an appeal.
        case appeals
        /// Those that have been open for longer than the policy wants.
        case overdue
        /// Those that are decided or have ended, the newest first.
        case decided
    }

    /// The part.
    package var part: Part
    /// Only those that were opened for this.
    package var kind: CaseKind?
    /// Only those of an account, on either side.
    package var account: AccountID?

    /// A part, narrowed or not.
    package init(_ part: Part = .all, kind: CaseKind? = nil, account: AccountID? = nil) {
        (self.part, self.kind, self.account) = (part, kind, account)
    }
}

/// A case in the queue.
package struct QueuedCase: Sendable {
    /// The case.
    package let summary: CaseSummary
    /// Who works on it; nil for nobody.
    package let lock: CaseLock?
    /// Whether it has been open for longer than the policy wants.
    package let isOverdue: Bool
}

/// One page of the queue, and how many cases there are in each part.
package struct CaseQueue: Sendable {
    /// The cases, the longest open first.
    package let cases: [QueuedCase]
    /// Whether there are more after them.
    package let hasMore: Bool
    /// How many there are of the parts that wait for somebody, whatever narrows the list.
    package let counts: [QueueFilter.Part: Int]
}

extension CaseService {
    /// A page of the queue.
    ///
    /// - Parameters:
    ///   - name: Whose queue it is.
    ///   - page: From 0.
    ///   - size: Cases on a page.
    package func queue(
        _ filter: QueueFilter, as name: String, page: Int, size: Int
    ) async throws -> CaseQueue {
        let now = clock()
        let due = now + .milliseconds(-Int64(policy.caseDays) * 86_400_000)
        return try await database.read { db in
            let store = QueueStore(db: db, name: name, now: now, due: due)
            let found = try store.cases(filter, offset: max(0, page) * size, limit: size + 1)
            return CaseQueue(
                cases: Array(found.prefix(size)), hasMore: found.count > size,
                counts: try store.counts())
        }
    }

    /// The case that somebody means by its number or by the code of its claim; nil for none.
    package func find(_ text: String) async throws -> Int64? {
        try await database.read { db in
            if let number = Int64(text) {
                return try db.value("SELECT id FROM moderation_case WHERE id = ?1", [number])
            }
            let digits = text.lowercased().filter { !$0.isWhitespace && $0 != "-" }
            guard let code = RightsCode(hex: digits), let claim = try ClaimStore(db: db).find(code)
            else { return nil }
            return try CaseStore(db: db).records(of: .claim, [claim]).last?.id
        }
    }

    /// Who works on a case; nil for nobody.
    package func lock(of id: Int64) async throws -> CaseLock? {
        let now = clock()
        return try await database.read { db in try CaseLocks(db: db).lock(of: id, now: now) }
    }

    /// Takes a case for ``Limits/caseLockTime``, so that colleagues see who works on it.
    ///
    /// - Throws: ``ServerError`` where there is none of that number, or a colleague has it.
    package func take(_ id: Int64, as name: String) async throws {
        let now = clock()
        try await database.write { db in
            try ModeratorStore(db: db).require(.reviewer, name)
            _ = try CaseStore(db: db).record(id)
            try CaseLocks(db: db).take(id, as: name, until: now + Limits.caseLockTime, now: now)
        }
    }

    /// Lets a case go; a colleague's lock stays.
    package func release(_ id: Int64, as name: String) async throws {
        try await database.write { db in try CaseLocks(db: db).release(id, as: name) }
    }
}

/// The queue's rows. What waits for somebody and what is decided each have an index in the order
/// that is shown, so that a page costs the same however many cases there are.
private struct QueueStore {
    let db: Database
    let name: String
    let now: UnixTime
    /// What was opened before is overdue.
    let due: UnixTime

    private static let waiting = "c.state IN ('open', 'waiting', 'appealed')"

    func cases(_ filter: QueueFilter, offset: Int, limit: Int) throws -> [QueuedCase] {
        var (conditions, arguments): ([String], [any SQLConvertible]) = ([], [now.milliseconds])
        func add(_ condition: String, _ value: any SQLConvertible) {
            arguments.append(value)
            conditions.append(condition.replacing("?", with: "?\(arguments.count)"))
        }
        conditions.append(
            filter.part == .decided ? "c.state IN ('decided', 'final')" : Self.waiting)
        switch filter.part {
        case .all, .decided: break
        case .mine: add("l.moderator = ?", name)
        case .free: conditions.append("l.moderator IS NULL")
        case .appeals: conditions.append("c.state = 'appealed'")
        case .overdue: add("c.opened < ?", due.milliseconds)
        }
        if let kind = filter.kind { add("c.kind = ?", kind.rawValue) }
        if let account = filter.account {
            add("(c.claimant = ? OR c.respondent = ?)", account.blob)
        }
        arguments.append(contentsOf: [limit, offset] as [any SQLConvertible])
        let direction = filter.part == .decided ? " DESC" : ""
        return try db.rows(
            """
            SELECT c.*, l.moderator AS lock_moderator, l.until AS lock_until
            FROM moderation_case c LEFT JOIN case_lock l ON l.case_id = c.id AND l.until > ?1
            WHERE \(conditions.joined(separator: " AND "))
            ORDER BY c.opened\(direction), c.id\(direction)
            LIMIT ?\(arguments.count - 1) OFFSET ?\(arguments.count)
            """,
            arguments
        ).map { row in
            let summary = try CaseSummary(row)
            let waits = [.open, .waiting, .appealed].contains(summary.state)
            return QueuedCase(
                summary: summary, lock: try CaseLock(row),
                isOverdue: waits && summary.record.opened < due)
        }
    }

    func counts() throws -> [QueueFilter.Part: Int] {
        func count(_ condition: String, _ arguments: [any SQLConvertible] = []) throws -> Int {
            try db.value(
                "SELECT COUNT(*) FROM moderation_case c WHERE \(Self.waiting)\(condition)",
                arguments) ?? 0
        }
        let locked = " AND c.id IN (SELECT case_id FROM case_lock WHERE until > ?1"
        let all = try count("")
        let taken = try count("\(locked))", [now.milliseconds])
        return [
            .all: all, .free: all - taken,
            .mine: try count("\(locked) AND moderator = ?2)", [now.milliseconds, name]),
            .appeals: try count(" AND c.state = 'appealed'"),
            .overdue: try count(" AND c.opened < ?1", [due.milliseconds]),
        ]
    }
}
