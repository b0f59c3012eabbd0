import CreditLedger
public import SignedObjects

extension ServerCore {
    /// The accounts whose id begins with `search`, or with a device named so; all where it is
    /// empty.
    public func accounts(search: String = "") throws -> [AccountSummary] {
        let now = clock()
        let name = "%" + Self.escaped(search.lowercased()) + "%"
        let range = HexPrefix(search, of: AccountID.self)
        return try database.read { db in
            let rows = try db.rows(
                """
                SELECT id FROM account WHERE id BETWEEN ?1 AND ?2 OR id IN (
                    SELECT account FROM device WHERE lower(name) LIKE ?3 ESCAPE '!')
                ORDER BY created, id LIMIT ?4
                """,
                [range?.first, range?.last, name, Limits.listedRows])
            return try rows.map { try self.summary(of: try $0.fixed("id"), now: now, in: db) }
        }
    }

    /// Text that LIKE takes as it is.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            if "!%_".contains(character) { escaped.append("!") }
            escaped.append(character)
        }
    }

    /// The account that `text` names by its id or the beginning of it.
    ///
    /// - Throws: ``ServerError`` where none or several do.
    public func account(_ text: String) throws -> AccountID {
        guard !text.isEmpty, let range = HexPrefix(text, of: AccountID.self) else {
            throw ServerError.noSuchAccount(text)
        }
        let found = try database.read { db in
            try db.rows(
                "SELECT id FROM account WHERE id BETWEEN ?1 AND ?2 LIMIT 2",
                [range.first, range.last]
            ).map { row -> AccountID in try row.fixed("id") }
        }
        guard let first = found.first else { throw ServerError.noSuchAccount(text) }
        guard found.count == 1 else { throw ServerError.ambiguousAccount(text) }
        return first
    }

    /// One account.
    public func summary(of account: AccountID) throws -> AccountSummary {
        let now = clock()
        return try database.read { db in try self.summary(of: account, now: now, in: db) }
    }

    /// Suspends an account from its very next request on; nothing of it is deleted.
    ///
    /// - Parameters:
    ///   - reason: Stable reason code, such as `not-own-work`.
    ///   - until: When it ends by itself; nil: when it is lifted.
    ///   - message: Words to the person.
    ///   - actor: Who does it, for the audit log.
    /// - Throws: ``ServerError`` where a value is out of bounds.
    @discardableResult
    public func suspend(
        _ account: AccountID, reason: String, until: UnixTime?, message: String, actor: String
    ) throws -> SuspensionEffect {
        let now = clock()
        if let until, until <= now {
            throw ServerError.invalidValue(name: "until", reason: "must lie in the future")
        }
        try Self.checkReason(reason)
        return try decide("suspend", account, reason, message, actor, now) { ledger in
            let order = try ledger.suspend(
                reason: reason, text: message, until: until, appeal: self.policy.appeal, now: now,
                signer: self.signer)
            return SuspensionEffect(on: ledger, serial: order.payload.serial, now: now)
        }
    }

    /// A person is told the code, and asks what it means: there has to be one.
    static func checkReason(_ reason: String) throws {
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw ServerError.invalidValue(name: "reason", reason: "must not be empty")
        }
    }

    /// What suspending an account now would not stop at once; changes nothing.
    public func effectOfSuspending(_ account: AccountID) throws -> SuspensionEffect {
        let now = clock()
        return try database.read { db in
            let ledger = try self.openLedger(of: account, now: now, in: db)
            return SuspensionEffect(on: ledger, serial: ledger.standing.serial + 1, now: now)
        }
    }

    /// Lifts a suspension; held spends are countersigned at the account's next contact.
    public func reinstate(_ account: AccountID, message: String, actor: String) throws {
        let now = clock()
        try decide("reinstate", account, "reinstated", message, actor, now) { ledger in
            _ = try ledger.reinstate(
                reason: "reinstated", text: message, now: now, signer: self.signer)
        }
    }

    /// Gives an account `count` more credits.
    ///
    /// - Throws: ``LedgerError`` beyond what one account can be given.
    public func grant(
        _ account: AccountID, credits count: Int, reason: String, actor: String
    ) throws {
        let now = clock()
        try Self.checkReason(reason)
        try decide("grant \(count)", account, reason, "", actor, now) { ledger in
            _ = try ledger.grant(count, reason: reason, now: now, signer: self.signer)
        }
    }

    private func decide<Result>(
        _ action: String, _ account: AccountID, _ reason: String, _ message: String,
        _ actor: String, _ now: UnixTime, _ body: (inout ServerLedger) throws -> Result
    ) throws -> Result {
        let result = try database.write { db in
            let result = try self.change(account, LedgerNeeds(), now: now, in: db, body)
            try Audit.append(
                action, actor: actor, account: account, reason: reason, detail: message, now: now,
                in: db)
            return result
        }
        hub.wake(account)
        // The act is done; who is not told now sees it at the next beat.
        try? database.announce(account.description)
        return result
    }

    private func summary(
        of account: AccountID, now: UnixTime, in db: Database
    ) throws -> AccountSummary {
        let store = LedgerStore(account: account, db: db)
        let ledger = try openLedger(of: account, now: now, in: db)
        let row = try db.row("SELECT created, state FROM account WHERE id = ?1", [account.blob])
        guard let row else { throw ServerError.noSuchAccount(account.description) }
        let devices = try db.rows(
            """
            SELECT id, name, last_seen, r.serial AS revoked FROM device
            LEFT JOIN ledger_revocation AS r ON r.account = device.account AND r.device = id
            WHERE device.account = ?1 ORDER BY joined, id
            """,
            [account.blob])
        let segments = try db.row(
            """
            SELECT COUNT(*) AS count, COALESCE(SUM(length(bytes)), 0) AS bytes
            FROM segment WHERE account = ?1
            """,
            [account.blob])
        let suspension = ledger.standing.suspension(at: now)
        var active: [String] = []
        var revoked: [String] = []
        for device in devices {
            let name: String = try device["name"]
            if try device["revoked"] as Int64? != nil {
                revoked.append(name)
            } else {
                active.append(name)
            }
        }
        return AccountSummary(
            account: account, created: try row.time("created"),
            standing: Self.standing(try row.state(), suspension), reason: suspension?.reason,
            until: suspension?.until, devices: active, revokedDevices: revoked,
            lastSeen: try devices.map { try $0.time("last_seen") }.max(), credits: ledger.balance,
            leasedUntil: ledger.currentLeases.map(\.expires).filter { now < $0 }.max(),
            heldSpends: ledger.heldCount, contradictions: try store.contradictionCount(),
            segments: try segments?["count"] ?? 0,
            segmentBytes: try segments?["bytes"] ?? 0)
    }

    /// The ledger with its open leases.
    private func openLedger(
        of account: AccountID, now: UnixTime, in db: Database
    ) throws -> ServerLedger {
        let store = LedgerStore(account: account, db: db)
        guard let row = try store.row(for: nil) else {
            throw ServerError.noSuchAccount(account.description)
        }
        return try store.view(LedgerNeeds(), of: row, policy: policy.ledger, now: now)
    }

    private static func standing(_ state: AccountState, _ suspension: Order?) -> String {
        guard state == .open else { return state.rawValue }
        return suspension == nil ? "active" : "suspended"
    }
}
