package import SignedObjects

/// Who works on which case. A lock ends by itself, and nobody has to look after it: one that has
/// ended counts as none, and the next moderator's takes its place.
struct CaseLocks {
    let db: Database

    static let schema = """
        CREATE TABLE case_lock (
            case_id INTEGER PRIMARY KEY NOT NULL, moderator TEXT NOT NULL, until INTEGER NOT NULL);
        CREATE INDEX case_lock_by_moderator ON case_lock (moderator, until);
        CREATE INDEX case_queue ON moderation_case (opened, id)
            WHERE state IN ('open', 'waiting', 'appealed');
        CREATE INDEX case_archive ON moderation_case (opened, id)
            WHERE state IN ('decided', 'final');
        """

    /// Takes a case, or makes one's own lock last longer.
    ///
    /// - Throws: ``ServerError/caseTaken(_:by:until:)`` where a colleague's lock is in force.
    func take(_ id: Int64, as name: String, until: UnixTime, now: UnixTime) throws {
        let changed = try db.execute(
            """
            INSERT INTO case_lock (case_id, moderator, until) VALUES (?1, ?2, ?3)
            ON CONFLICT (case_id) DO UPDATE SET moderator = ?2, until = ?3
                WHERE case_lock.until <= ?4 OR case_lock.moderator = ?2
            """,
            [id, name, until.milliseconds, now.milliseconds])
        guard changed == 0, let lock = try lock(of: id, now: now) else { return }
        throw ServerError.caseTaken(id, by: lock.moderator, until: lock.until)
    }

    /// Lets a case go; a colleague's lock stays.
    func release(_ id: Int64, as name: String) throws {
        _ = try db.execute(
            "DELETE FROM case_lock WHERE case_id = ?1 AND moderator = ?2", [id, name])
    }

    /// The lock in force on a case; nil for none.
    func lock(of id: Int64, now: UnixTime) throws -> CaseLock? {
        try db.row(
            """
            SELECT moderator AS lock_moderator, until AS lock_until FROM case_lock
            WHERE case_id = ?1 AND until > ?2
            """,
            [id, now.milliseconds]
        ).flatMap(CaseLock.init)
    }
}

/// Somebody works on a case for a time.
package struct CaseLock: Sendable, Hashable {
    /// The moderator's name.
    package let moderator: String
    /// When it ends by itself.
    package let until: UnixTime

    /// Nil where the row has none.
    init?(_ row: Row) throws {
        let name: String? = try row["lock_moderator"]
        guard let name else { return nil }
        moderator = name
        until = try row.time("lock_until")
    }
}
