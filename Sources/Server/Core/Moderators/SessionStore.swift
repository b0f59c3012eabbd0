package import SignedObjects

/// A moderator's session.
package struct ModeratorSession: Sendable, Equatable {
    /// Names it in lists; opens nothing.
    package let id: String
    /// Whose it is.
    package let moderator: Moderator
    /// What each form sends back, so that no other site can send one in their name.
    package let formToken: String
    /// The browser, in words.
    package let browser: String
    /// When it was opened.
    package let opened: UnixTime
    /// When it was last used.
    package let seen: UnixTime
    /// When a passkey was last used in it; nil in one that a link alone opened.
    package let confirmed: UnixTime?

    /// Whether a passkey was used so lately that weighty acts need no other.
    package func isConfirmed(at now: UnixTime) -> Bool {
        confirmed.map { now < $0 + Limits.confirmationLifetime } ?? false
    }
}

/// A session that was just opened or confirmed; the token is shown once.
package struct OpenedSession: Sendable {
    /// The session.
    package let session: ModeratorSession
    /// What opens it.
    package let token: String
}

/// Moderators' sessions as rows: a token is stored as its hash alone.
struct SessionStore {
    let db: Database

    /// How long a session may lie idle.
    static let idle = Duration.seconds(20 * 60)
    /// How long a session may last, however much it is used.
    static let lifetime = Duration.seconds(12 * 3600)

    private static let columns = "id, name, form, browser, opened, seen, confirmed"

    /// Adds a session; those of the same moderator beyond the most end.
    func open(
        _ token: ModeratorToken, _ session: ModeratorSession
    ) throws {
        try db.execute(
            .insert(
                into: "moderator_session",
                [
                    "hash": token.hash.blob, "id": session.id, "name": session.moderator.name,
                    "form": session.formToken, "browser": session.browser,
                    "opened": session.opened.milliseconds, "seen": session.seen.milliseconds,
                    "confirmed": session.confirmed?.milliseconds,
                ]))
        try db.execute(
            """
            DELETE FROM moderator_session WHERE name = ?1 AND id NOT IN (
                SELECT id FROM moderator_session WHERE name = ?1
                ORDER BY seen DESC, opened DESC, id LIMIT ?2)
            """,
            [session.moderator.name, Limits.sessionsPerModerator])
    }

    /// The session of a token; nil for unknown and ended ones.
    ///
    /// - Parameter isUse: Whether this counts as use, which keeps it from ending idle.
    func find(_ token: ModeratorToken, now: UnixTime, isUse: Bool) throws -> ModeratorSession? {
        let bounds: [any SQLConvertible] = [token.hash.blob] + Self.ends(now)
        let row =
            isUse
            ? try db.row(
                """
                UPDATE moderator_session SET seen = ?4
                WHERE hash = ?1 AND seen > ?2 AND opened > ?3 RETURNING \(Self.columns)
                """, bounds + [now.milliseconds])
            : try db.row(
                """
                SELECT \(Self.columns) FROM moderator_session
                WHERE hash = ?1 AND seen > ?2 AND opened > ?3
                """, bounds)
        return try row.flatMap(session)
    }

    /// Gives a session another token; the one before opens nothing from now on.
    func confirm(_ token: ModeratorToken, as new: ModeratorToken, now: UnixTime) throws {
        try db.execute(
            """
            UPDATE moderator_session SET hash = ?1, seen = ?2, confirmed = ?2 WHERE hash = ?3
            """,
            [new.hash.blob, now.milliseconds, token.hash.blob])
    }

    /// The open sessions of a moderator, the last used first.
    func list(of name: String, now: UnixTime) throws -> [ModeratorSession] {
        try db.rows(
            """
            SELECT \(Self.columns) FROM moderator_session
            WHERE name = ?1 AND seen > ?2 AND opened > ?3 ORDER BY seen DESC, id LIMIT ?4
            """,
            [name] + Self.ends(now) + [Limits.sessionsPerModerator]
        ).compactMap(session)
    }

    /// Ends the session of a token; whose it was, nil where there is none.
    func end(_ token: ModeratorToken) throws -> String? {
        try db.row(
            "DELETE FROM moderator_session WHERE hash = ?1 RETURNING name", [token.hash.blob]
        ).map { try $0["name"] }
    }

    /// Ends a session of a moderator by its id, or all of them; says how many that were.
    func end(_ id: String?, of name: String) throws -> Int {
        try db.execute(
            "DELETE FROM moderator_session WHERE name = ?1 AND (id = ?2 OR ?2 IS NULL)",
            [name, id])
    }

    /// Deletes those that have ended.
    static func sweep(_ db: Database, now: UnixTime) throws {
        let bounds = ends(now)
        try db.execute(
            "DELETE FROM moderator_session WHERE seen <= ?1 OR opened <= ?2", bounds)
    }

    /// The last moments of use and of opening at which a session has ended by now.
    private static func ends(_ now: UnixTime) -> [any SQLConvertible] {
        [
            now.milliseconds - idle.wholeMilliseconds,
            now.milliseconds - lifetime.wholeMilliseconds,
        ]
    }

    private func session(_ row: Row) throws -> ModeratorSession? {
        // The role is the one of now: what changes it holds at the next request.
        guard let moderator = try ModeratorStore(db: db).find(try row["name"]) else { return nil }
        let confirmed: Int64? = try row["confirmed"]
        return ModeratorSession(
            id: try row["id"], moderator: moderator, formToken: try row["form"],
            browser: try row["browser"], opened: try row.time("opened"),
            seen: try row.time("seen"),
            confirmed: confirmed.map { UnixTime(milliseconds: $0) })
    }
}
