import AtelierProtocol
import Foundation
import SignedObjects

/// Moderators, their one-time tokens and their sessions as rows.
struct ModeratorStore {
    let db: Database

    /// How long a one-time token can be used.
    static let linkLifetime = Duration.seconds(10 * 60)
    /// How long a session may lie idle.
    static let idle = Duration.seconds(20 * 60)

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
        try db.row(
            "DELETE FROM moderator_link WHERE hash = ?1 AND expires > ?2 RETURNING name, role",
            [token.hash.blob, now.milliseconds]
        ).map(Self.moderator)
    }

    /// Checks that somebody is a moderator who may act in `role`.
    ///
    /// - Throws: ``ServerError/notFound(_:list:)``, ``ServerError/notAllowed(name:needs:)``.
    func require(_ role: ModeratorRole, _ name: String) throws {
        let row = try db.row("SELECT name, role FROM moderator WHERE name = ?1", [name])
        guard let row else {
            throw ServerError.notFound("moderator \(name)", list: "moderator list")
        }
        guard try Self.moderator(row).role >= role else {
            throw ServerError.notAllowed(name: name, needs: role)
        }
    }

    func open(_ session: ModeratorToken, for moderator: Moderator, now: UnixTime) throws {
        try db.execute(
            "INSERT INTO moderator_session (hash, name, seen) VALUES (?1, ?2, ?3)",
            [session.hash.blob, moderator.name, now.milliseconds])
    }

    /// Whose session it is, which counts as used now; nil for unknown and idle ones.
    func use(_ session: ModeratorToken, now: UnixTime) throws -> Moderator? {
        let row = try db.row(
            """
            UPDATE moderator_session SET seen = ?1 WHERE hash = ?2 AND seen > ?3 RETURNING name
            """,
            [
                now.milliseconds, session.hash.blob,
                now.milliseconds - Self.idle.wholeMilliseconds,
            ])
        guard let row else { return nil }
        let name: String = try row["name"]
        return try db.row(
            "SELECT name, role FROM moderator WHERE name = ?1", [name]
        ).map(Self.moderator)
    }

    func end(_ session: ModeratorToken) throws {
        try db.execute(
            "DELETE FROM moderator_session WHERE hash = ?1", [session.hash.blob])
    }

    /// Deletes a moderator with their tokens and sessions; false where there is none.
    func remove(_ name: String) throws -> Bool {
        let count = try db.execute("DELETE FROM moderator WHERE name = ?1", [name])
        try db.execute("DELETE FROM moderator_link WHERE name = ?1", [name])
        try db.execute("DELETE FROM moderator_session WHERE name = ?1", [name])
        return count > 0
    }

    func list() throws -> [ModeratorSummary] {
        try db.rows(
            """
            SELECT name, role, created, (
                SELECT MAX(seen) FROM moderator_session
                WHERE moderator_session.name = moderator.name) AS seen
            FROM moderator ORDER BY name LIMIT ?1
            """,
            [Limits.listedRows]
        ).map { row in
            let moderator = try Self.moderator(row)
            let seen: Int64? = try row["seen"]
            return ModeratorSummary(
                name: moderator.name, role: moderator.role, created: try row.time("created"),
                lastSeen: seen.map { UnixTime(milliseconds: $0) })
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
        try db.execute(
            "DELETE FROM moderator_session WHERE seen <= ?1",
            [now.milliseconds - idle.wholeMilliseconds])
    }

    private static func moderator(_ row: Row) throws -> Moderator {
        guard let role = ModeratorRole(rawValue: try row["role"]) else {
            throw StoredFormError(column: "role")
        }
        return Moderator(name: try row["name"], role: role)
    }
}
