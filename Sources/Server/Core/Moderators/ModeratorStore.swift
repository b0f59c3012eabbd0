import AtelierProtocol
import Foundation
import SignedObjects

/// Moderators, their one-time tokens as rows.
struct ModeratorStore {
    let db: Database

    /// How long a one-time token can be used.
    static let linkLifetime = Duration.seconds(10 * 60)

    func save(_ moderator: Moderator, now: UnixTime) throws {
        try db.execute(
            """
            INSERT INTO moderator (name, role, created) VALUES (?1, ?2, ?3)
            ON CONFLICT (name) DO UPDATE SET role = excluded.role
            """,
            [moderator.name, moderator.role.rawValue, now.milliseconds])
    }

    /// Another moderator's name that people would take for `name`: the same but for capitals,
    /// widths and spaces; nil for none.
    func lookalike(of name: String) throws -> String? {
        let folded = Self.folded(name)
        return try list().map(\.name).first { $0 != name && Self.folded($0) == folded }
    }

    /// Whether a name stands for a side, a program or a person who is no moderator.
    static func isReserved(_ name: String) -> Bool {
        let folded = folded(name)
        let others = CaseSide.allCases.map(\.rawValue) + [CaseStore.server]
        return others.contains(folded)
            || ["operator", "device", "holder"].contains { folded.hasPrefix($0) }
    }

    private static func folded(_ name: String) -> String {
        name.precomposedStringWithCompatibilityMapping.lowercased().filter { !$0.isWhitespace }
    }

    /// A token for a moderator; one that is no moderator yet becomes one by it.
    func add(_ token: ModeratorToken, for moderator: Moderator, now: UnixTime) throws -> UnixTime {
        let expires = now + Self.linkLifetime
        // The last one counts.
        try db.execute("DELETE FROM moderator_link WHERE name = ?1", [moderator.name])
        try db.execute(
            "INSERT INTO moderator_link (hash, name, role, expires) VALUES (?1, ?2, ?3, ?4)",
            [token.hash.blob, moderator.name, moderator.role.rawValue, expires.milliseconds])
        return expires
    }

    /// Uses a token up; nil for unknown, used and ended ones.
    func redeem(_ token: ModeratorToken, now: UnixTime) throws -> Moderator? {
        let holder = try db.row(
            "DELETE FROM moderator_link WHERE hash = ?1 AND expires > ?2 RETURNING name, role",
            [token.hash.blob, now.milliseconds]
        ).map(Self.moderator)
        return try holder.flatMap(accepted)
    }

    /// Whose token it is, which stays good; nil for unknown, used and ended ones.
    func holder(of token: ModeratorToken, now: UnixTime) throws -> Moderator? {
        let holder = try db.row(
            "SELECT name, role FROM moderator_link WHERE hash = ?1 AND expires > ?2",
            [token.hash.blob, now.milliseconds]
        ).map(Self.moderator)
        return try holder.flatMap(accepted)
    }

    /// The token of the first administrator, who is no moderator yet, is good while there is none.
    private func accepted(_ holder: Moderator) throws -> Moderator? {
        if try find(holder.name) != nil { return holder }
        return try hasAdministrator() ? nil : holder
    }

    /// Checks that somebody is a moderator who may act in `role`.
    ///
    /// - Throws: ``ServerError/notFound(_:list:)``, ``ServerError/notAllowed(name:needs:)``.
    func require(_ role: ModeratorRole, _ name: String) throws {
        guard let moderator = try find(name) else {
            throw ServerError.notFound("moderator \(name)", list: "moderator list")
        }
        guard moderator.role >= role else {
            throw ServerError.notAllowed(name: name, needs: role)
        }
    }

    /// The moderator of a name; nil where there is none.
    func find(_ name: String) throws -> Moderator? {
        try db.row("SELECT name, role FROM moderator WHERE name = ?1", [name]).map(Self.moderator)
    }

    /// Locks a moderator's row until the transaction's end: a writing transaction of SQLite has the
    /// whole database to itself.
    func lock(_ name: String) throws {
        guard db.kind == .postgres else { return }
        _ = try db.rows("SELECT name FROM moderator WHERE name = ?1 FOR UPDATE", [name])
    }

    /// Refuses what would leave the server without an administrator: nobody could let one in again
    /// but by the command line.
    ///
    /// - Throws: ``ServerError`` where `name` is the only one.
    func keepAdministrator(besides name: String) throws {
        // Two that remove each other at once wait here, and the second finds one left.
        let lock = db.kind == .postgres ? " FOR UPDATE" : ""
        let names: [String] = try db.rows(
            "SELECT name FROM moderator WHERE role = ?1 ORDER BY name LIMIT ?2\(lock)",
            [ModeratorRole.administrator.rawValue, Limits.listedRows]
        ).map { try $0["name"] }
        guard names == [name] else { return }
        throw ServerError.invalidValue(
            name: "name",
            reason: "\(name) is the last administrator: make somebody else one first")
    }

    /// Ends the one-time token of a moderator.
    func endLink(of name: String) throws {
        try db.execute("DELETE FROM moderator_link WHERE name = ?1", [name])
    }

    /// Deletes a moderator with their tokens, sessions and passkeys; false where there is none.
    func remove(_ name: String) throws -> Bool {
        let count = try db.execute("DELETE FROM moderator WHERE name = ?1", [name])
        for table in ["moderator_link", "moderator_session", "passkey"] {
            try db.execute("DELETE FROM \(table) WHERE name = ?1", [name])
        }
        return count > 0
    }

    func list() throws -> [ModeratorSummary] {
        try db.rows(
            """
            SELECT name, role, created, (
                SELECT MAX(seen) FROM moderator_session
                WHERE moderator_session.name = moderator.name) AS seen, (
                SELECT MAX(used) FROM passkey WHERE passkey.name = moderator.name) AS used, (
                SELECT COUNT(*) FROM passkey WHERE passkey.name = moderator.name) AS passkeys
            FROM moderator ORDER BY name LIMIT ?1
            """,
            [Limits.listedRows]
        ).map { row in
            let moderator = try Self.moderator(row)
            let seen: Int64? = try row["seen"]
            let used: Int64? = try row["used"]
            return ModeratorSummary(
                name: moderator.name, role: moderator.role, created: try row.time("created"),
                lastSeen: seen.map { UnixTime(milliseconds: $0) },
                lastLogin: used.map { UnixTime(milliseconds: $0) },
                passkeys: try row["passkeys"])
        }
    }

    func hasAdministrator() throws -> Bool {
        try db.row(
            "SELECT name FROM moderator WHERE role = ?1 LIMIT 1",
            [ModeratorRole.administrator.rawValue]) != nil
    }

    /// Deletes tokens and sessions that have ended.
    static func sweep(_ db: Database, now: UnixTime) throws {
        try db.execute("DELETE FROM moderator_link WHERE expires <= ?1", [now.milliseconds])
        try SessionStore.sweep(db, now: now)
        try PasskeyStore.sweep(db, now: now)
    }

    private static func moderator(_ row: Row) throws -> Moderator {
        guard let role = ModeratorRole(rawValue: try row["role"]) else {
            throw StoredFormError(column: "role")
        }
        return Moderator(name: try row["name"], role: role)
    }
}
