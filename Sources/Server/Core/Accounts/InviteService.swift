public import AtelierProtocol
public import SignedObjects

/// One invite as an operator sees it; the code itself is shown once and stored nowhere.
public struct InviteSummary: Codable, Sendable {
    /// The first 8 hexadecimal digits of the stored hash: what `invite revoke` takes.
    public let id: String
    /// When it was made.
    public let created: UnixTime
    /// When it ends.
    public let expires: UnixTime
    /// `open`, `used`, `expired` or `revoked`.
    public let state: String
    /// The account that used it.
    public let account: AccountID?
}

/// The invites by which accounts are opened.
public struct InviteService: ServerService {
    let environment: ServiceEnvironment

    /// Makes `count` invites that end after `lifetime`; the codes are shown once.
    ///
    /// - Throws: ``ServerError`` where a value is out of bounds.
    public func create(
        count: Int, lifetime: Duration, actor: String
    ) throws -> [InviteCode] {
        guard (1...Limits.invitesAtOnce).contains(count) else {
            throw ServerError.invalidValue(
                name: "count", reason: "must lie between 1 and \(Limits.invitesAtOnce)")
        }
        guard lifetime > .zero, lifetime <= .seconds(366 * 86_400) else {
            throw ServerError.invalidValue(
                name: "expires", reason: "must lie between 1 second and 366 days")
        }
        let now = clock()
        return try database.write { db in
            let codes = (0..<count).map { _ in
                InviteCode(
                    secret: InviteSecret(checked: self.randomBytes(InviteSecret.byteCount)),
                    serverKey: self.publicKey)
            }
            for code in codes {
                try InviteStore(db: db).add(code.secret, expires: now + lifetime, now: now)
            }
            try Audit.append(
                "invite", actor: actor, account: nil, reason: "", detail: "\(count) created",
                now: now, in: db)
            return codes
        }
    }

    /// Ends invites whose codes could not be shown.
    public func withdraw(_ codes: [InviteCode], actor: String) throws {
        let now = clock()
        try database.write { db in
            for code in codes { try InviteStore(db: db).revoke(code.secret, now: now) }
            try Audit.append(
                "invite", actor: actor, account: nil, reason: "not-shown",
                detail: "\(codes.count) revoked", now: now, in: db)
        }
    }

    /// Every invite, newest first.
    public func list() throws -> [InviteSummary] {
        let now = clock()
        return try database.read { db in try InviteStore(db: db).list(now: now) }
    }

    /// Ends every open invite whose id begins with `id`; says how many that were.
    public func revoke(_ id: String, actor: String) throws -> Int {
        guard id.utf8.count >= 8 else {
            throw ServerError.invalidValue(name: "id", reason: "needs at least 8 digits")
        }
        guard let range = HexPrefix(id, of: Digest.self) else { return 0 }
        let now = clock()
        return try database.write { db in
            let count = try InviteStore(db: db).revoke(range, now: now)
            try Audit.append(
                "invite", actor: actor, account: nil, reason: "", detail: "\(count) revoked",
                now: now, in: db)
            return count
        }
    }
}

/// Invites as rows: only their hashes, so that a stolen database invites nobody.
struct InviteStore {
    let db: Database

    /// Every invite, newest first.
    func list(now: UnixTime) throws -> [InviteSummary] {
        try db.rows(
            "SELECT * FROM invite ORDER BY created DESC, hash LIMIT ?1", [Limits.listedRows]
        ).map { try Self.summary($0, now: now) }
    }

    /// Adds an open invite.
    func add(_ secret: InviteSecret, expires: UnixTime, now: UnixTime) throws {
        try db.execute(
            "INSERT INTO invite (hash, created, expires) VALUES (?1, ?2, ?3)",
            [Self.hash(secret).blob, now.milliseconds, expires.milliseconds])
    }

    /// Uses an invite up; the same answer for unknown, used, expired and revoked ones.
    func use(_ secret: InviteSecret, for account: AccountID, now: UnixTime) throws {
        let count = try db.execute(
            """
            UPDATE invite SET used = ?1, used_by = ?2
            WHERE hash = ?3 AND used IS NULL AND revoked IS NULL AND expires > ?1
            """,
            [now.milliseconds, account.blob, Self.hash(secret).blob])
        guard count == 1 else {
            throw ServerError.refused(
                .inviteInvalid,
                detail: "The invite is unknown, used or expired. Ask the operator for a new one.")
        }
    }

    /// Ends an invite that was not used.
    func revoke(_ secret: InviteSecret, now: UnixTime) throws {
        try db.execute(
            "UPDATE invite SET revoked = ?1 WHERE hash = ?2 AND used IS NULL",
            [now.milliseconds, Self.hash(secret).blob])
    }

    /// Ends the open invites whose hashes lie in a range; says how many that were.
    func revoke(_ range: HexPrefix, now: UnixTime) throws -> Int {
        try db.execute(
            """
            UPDATE invite SET revoked = ?1 WHERE used IS NULL AND revoked IS NULL
            AND hash BETWEEN ?2 AND ?3
            """,
            [now.milliseconds, range.first, range.last])
    }

    private static func hash(_ secret: InviteSecret) -> Digest { Digest(of: secret.bytes) }

    private static func summary(_ row: Row, now: UnixTime) throws -> InviteSummary {
        let used: Int64? = try row["used"]
        let revoked: Int64? = try row["revoked"]
        let expires = try row.time("expires")
        let state =
            used != nil ? "used" : revoked != nil ? "revoked" : expires <= now ? "expired" : "open"
        let hash: Digest = try row.fixed("hash")
        return InviteSummary(
            id: String(hash.description.prefix(8)), created: try row.time("created"),
            expires: expires,
            state: state, account: used == nil ? nil : try row.fixed("used_by"))
    }
}
