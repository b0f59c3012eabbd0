import AtelierProtocol
import SignedObjects

/// Counts in a minute, kept in the database so that a restart forgives nothing.
enum Rate {
    /// Counts one more of `bucket`.
    ///
    /// - Throws: ``ServerError`` with the kind `tooMany` beyond `limit` in one minute.
    static func count(
        _ bucket: String, limit: Int, now: UnixTime, in db: Database
    ) throws {
        let minute = now.milliseconds / 60_000
        let count: Int? = try db.value(
            """
            INSERT INTO rate (bucket, minute, count) VALUES (?1, ?2, 1)
            ON CONFLICT (bucket) DO UPDATE SET
                count = CASE WHEN rate.minute = excluded.minute THEN rate.count + 1 ELSE 1 END,
                minute = excluded.minute
            RETURNING count
            """,
            [bucket, minute])
        guard count ?? 0 <= limit else {
            let seconds = 60 - now.milliseconds / 1000 % 60
            throw ServerError.refused(
                .tooMany,
                detail: "At most \(limit) a minute. Try again in \(seconds) seconds.",
                retryAfter: Int(seconds))
        }
    }
}
