import AtelierProtocol
import CreditLedger
import Foundation
import SignedObjects

/// Accounts as rows: how they begin, how far they are, and what a purge deletes.
struct AccountStore {
    let db: Database

    /// What is known of an account and of a device that asks to open it.
    struct Opened {
        /// Nil for an account that is not known.
        let state: AccountState?
        /// The account that has the device; nil for none.
        let owner: AccountID?
    }

    /// A device in an operator's list.
    struct DeviceLine {
        let name: String
        let lastSeen: UnixTime
        let isRevoked: Bool
    }

    /// The accounts whose id lies in `range`, or with a device whose name contains `name`, first
    /// opened first.
    ///
    /// - Parameter waiting: Whether only those are given that wait for approval.
    func ids(
        in range: HexPrefix?, orNamed name: String, waiting: Bool = false, skipping: Int = 0,
        limit: Int = Limits.listedRows
    ) throws -> [AccountID] {
        let end: [any SQLConvertible] = [min(limit, Limits.listedRows), skipping]
        let state = waiting ? "state = 'pending'" : "state <> ''"
        // Who looks for nobody reads along an index, without a look at devices.
        guard !name.isEmpty else {
            return try db.rows(
                "SELECT id FROM account WHERE \(state) ORDER BY created, id LIMIT ?1 OFFSET ?2",
                end
            ).map { try $0.fixed("id") }
        }
        return try db.rows(
            """
            SELECT id FROM account WHERE \(state) AND (id BETWEEN ?3 AND ?4 OR id IN (
                SELECT account FROM device WHERE lower(name) LIKE ?5 ESCAPE '!'))
            ORDER BY created, id LIMIT ?1 OFFSET ?2
            """,
            end + [
                range?.first, range?.last,
                "%" + SQLStatement.literalInLike(name.lowercased()) + "%",
            ]
        ).map { try $0.fixed("id") }
    }

    /// How many accounts there are, or wait for approval.
    func count(waiting: Bool = false) throws -> Int {
        try db.value(
            "SELECT COUNT(*) FROM account" + (waiting ? " WHERE state = 'pending'" : ""), []) ?? 0
    }

    /// The accounts whose ids lie between two, in the order of their ids.
    func ids(
        from first: AccountID, through last: AccountID, limit: Int
    ) throws -> [AccountID] {
        try db.rows(
            "SELECT id FROM account WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3",
            [first.blob, last.blob, min(limit, Limits.listedRows)]
        ).map { try $0.fixed("id") }
    }

    /// When an account was opened, and how far it is; nil where there is none.
    func opening(of account: AccountID) throws -> (created: UnixTime, state: AccountState)? {
        try db.row(
            "SELECT created, state FROM account WHERE id = ?1", [account.blob]
        ).map { (try $0.time("created"), try $0.state()) }
    }

    /// What is known of an account and a device.
    func known(_ account: AccountID, _ device: DeviceID) throws -> Opened {
        // One statement: another registration may end between two.
        let row = try db.row(
            """
            SELECT (SELECT state FROM account WHERE id = ?1) AS state,
                (SELECT account FROM device WHERE id = ?2) AS owner
            """,
            [account.blob, device.blob])
        guard let row else { throw StoredFormError(column: "account") }
        return Opened(
            state: try row.isNull("state") ? nil : row.state(),
            owner: try row.isNull("owner") ? nil : row.fixed("owner"))
    }

    /// How many accounts wait for the operator.
    func pendingCount() throws -> Int {
        try db.value(
            "SELECT COUNT(*) FROM account WHERE state = ?1", [AccountState.pending.rawValue]) ?? 0
    }

    /// Adds an account.
    ///
    /// - Parameter opening: What it begins with, signed: compact ``AccountOpening``.
    func add(
        _ account: AccountID, key: VerifyingKey, pin: String, state: AccountState,
        opening: String, now: UnixTime
    ) throws {
        try db.execute(
            .insert(
                into: "account",
                [
                    "id": account.blob, "account_key": key.blob, "created": now.milliseconds,
                    "pin": pin, "state": state.rawValue, "opening": opening,
                ]))
        try db.execute(
            "INSERT INTO account_head (account, seq) VALUES (?1, 0)",
            [account.blob])
    }

    /// Moves an account that waits for approval on; false where it does not wait.
    func decide(_ account: AccountID, becomes state: AccountState) throws -> Bool {
        try db.execute(
            "UPDATE account SET state = ?1 WHERE id = ?2 AND state = ?3",
            [state.rawValue, account.blob, AccountState.pending.rawValue]) == 1
    }

    /// Deletes what an account stored, by table: how many rows; nil where there is no such account
    /// or it was purged before.
    func purge(_ account: AccountID) throws -> [String: Int]? {
        let count = try db.execute(
            """
            UPDATE account SET state = ?1, pin = '', public_name = ''
            WHERE id = ?2 AND state <> ?1
            """,
            [AccountState.purged.rawValue, account.blob])
        guard count == 1 else { return nil }
        var gone: [String: Int] = [:]
        for table in Self.purgedTables {
            gone[table] = try db.execute(
                "DELETE FROM \(table) WHERE account = ?1", [account.blob])
        }
        // Sequences stay used: nothing can be stored under the account again.
        try db.execute("UPDATE account_head SET floor = seq WHERE account = ?1", [account.blob])
        return gone
    }

    private static let purgedTables = [
        "segment", "snapshot_chunk", "snapshot", "chain_tip", "device", "device_request",
        "key_rotation", "key_request", "fingerprint", "work_registration", "model_registration",
        "model_registration_work",
    ]

    /// The devices of an account, first joined first.
    func devices(of account: AccountID) throws -> [DeviceLine] {
        try db.rows(
            """
            SELECT name, last_seen, r.serial AS revoked FROM device
            LEFT JOIN ledger_revocation AS r ON r.account = device.account AND r.device = id
            WHERE device.account = ?1 ORDER BY joined, id LIMIT ?2
            """,
            [account.blob, Limits.listedRows]
        ).map { row in
            DeviceLine(
                name: try row["name"], lastSeen: try row.time("last_seen"),
                isRevoked: try !row.isNull("revoked"))
        }
    }

    /// How many segments an account has stored, and their bytes.
    func segments(of account: AccountID) throws -> (count: Int, bytes: Int) {
        let row = try db.row(
            """
            SELECT COUNT(*) AS count, COALESCE(SUM(length(bytes)), 0) AS bytes
            FROM segment WHERE account = ?1
            """,
            [account.blob])
        return (try row?["count"] ?? 0, try row?["bytes"] ?? 0)
    }
}
