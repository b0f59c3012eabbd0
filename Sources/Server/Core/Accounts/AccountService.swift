import CreditLedger
public import SignedObjects

/// The accounts: their opening, what an operator sees of them, and their end.
public struct AccountService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator
    let ledgers: LedgerService

    /// The accounts whose id begins with `search`, or with a device named so; all where it is
    /// empty.
    public func list(search: String = "") throws -> [AccountSummary] {
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

    /// One account.
    public func summary(of account: AccountID) throws -> AccountSummary {
        let now = clock()
        return try database.read { db in try self.summary(of: account, now: now, in: db) }
    }

    /// The accounts whose ids lie between two, in the order of their ids.
    package func ids(
        from first: AccountID, through last: AccountID, limit: Int
    ) throws -> [AccountID] {
        try database.read { db in
            try db.rows(
                "SELECT id FROM account WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3",
                [first.blob, last.blob, min(limit, Limits.listedRows)]
            ).map { try $0.fixed("id") }
        }
    }

    /// Approves an account that waits for approval.
    ///
    /// - Throws: ``ServerError`` where it does not wait.
    public func approve(_ account: AccountID, actor: String) throws {
        try decide("approve", account, becomes: .open, reason: "", actor: actor)
    }

    /// Refuses an account that waits for approval; its devices get the refusal.
    ///
    /// - Throws: ``ServerError`` where it does not wait.
    public func refuse(_ account: AccountID, reason: String, actor: String) throws {
        try decide("refuse", account, becomes: .refused, reason: reason, actor: actor)
    }

    private func decide(
        _ action: String, _ account: AccountID, becomes state: AccountState, reason: String,
        actor: String
    ) throws {
        let now = clock()
        try database.write { db in
            let count = try db.execute(
                "UPDATE account SET state = ?1 WHERE id = ?2 AND state = ?3",
                [state.rawValue, account.blob, AccountState.pending.rawValue])
            guard count == 1 else {
                throw ServerError.invalidValue(
                    name: "account", reason: "\(account) does not wait for approval")
            }
            try Audit.append(
                action, actor: actor, account: account, reason: reason, detail: "", now: now, in: db
            )
        }
    }

    /// Deletes what an account stored here, permanently.
    ///
    /// Deleted: segments, snapshots, devices with names and keys, waiting devices, sealed library
    /// keys, registrations of works and models. Kept: the account's id, so that nobody gets its
    /// free credits again; its ledger, so that receipts can still be checked and the books balance;
    /// orders, cases and the audit log, so that what was decided can be answered for.
    ///
    /// - Throws: ``ServerError`` where it is purged already.
    public func purge(_ account: AccountID, reason: String, actor: String) throws -> PurgeReport {
        let now = clock()
        let report = try database.write { db in
            try db.lock(account)
            let count = try db.execute(
                "UPDATE account SET state = ?1, pin = '' WHERE id = ?2 AND state <> ?1",
                [AccountState.purged.rawValue, account.blob])
            guard count == 1, let ledger = try LedgerStore(account: account, db: db).load() else {
                throw ServerError.noSuchAccount(account.description)
            }
            try ReservationStore(db: db).withdrawAll(of: account, now: now)
            var gone: [String: Int] = [:]
            for table in Self.purgedTables {
                gone[table] = try db.execute(
                    "DELETE FROM \(table) WHERE account = ?1", [account.blob])
            }
            // Sequences stay used: nothing can be stored under the account again.
            try db.execute(
                "UPDATE account_head SET floor = seq WHERE account = ?1", [account.blob])
            try Audit.append(
                "purge", actor: actor, account: account, reason: reason, detail: "", now: now,
                in: db)
            return PurgeReport(
                account: account,
                segments: gone["segment", default: 0] + gone["snapshot_chunk", default: 0],
                devices: gone["device", default: 0], receiptsKept: ledger.receipts.count,
                ordersKept: ledger.standing.serial)
        }
        environment.announce(account)
        return report
    }

    private static let purgedTables = [
        "segment", "snapshot_chunk", "snapshot", "chain_tip", "device", "device_request",
        "key_rotation", "key_request", "fingerprint", "work_registration", "model_registration",
        "model_registration_work",
    ]

    private func summary(
        of account: AccountID, now: UnixTime, in db: Database
    ) throws -> AccountSummary {
        let store = LedgerStore(account: account, db: db)
        let ledger = try ledgers.openLedger(of: account, now: now, in: db)
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

    private static func standing(_ state: AccountState, _ suspension: Order?) -> String {
        guard state == .open else { return state.rawValue }
        return suspension == nil ? "active" : "suspended"
    }
}

/// What a purge deleted, and what it kept.
public struct PurgeReport: Codable, Sendable {
    /// The account.
    public let account: AccountID
    /// Sealed segments and chunks of snapshots that were deleted.
    public let segments: Int
    /// Devices that were deleted, with their names and keys.
    public let devices: Int
    /// Receipts that stay: pictures were published with them.
    public let receiptsKept: Int
    /// Orders that stay: what was decided about the account.
    public let ordersKept: Int
}
