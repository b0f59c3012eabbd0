import AtelierProtocol
import GRDB
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
        try db.execute(sql: "DELETE FROM rate WHERE minute < $1", arguments: [minute])
        let count = try Int.fetchOne(
            db,
            sql: """
                INSERT INTO rate (bucket, minute, count) VALUES ($1, $2, 1)
                ON CONFLICT (bucket) DO UPDATE SET count = rate.count + 1 RETURNING count
                """,
            arguments: [bucket, minute])
        guard count ?? 0 <= limit else {
            let seconds = 60 - now.milliseconds / 1000 % 60
            throw ServerError.refused(
                .tooMany,
                detail: "At most \(limit) a minute. Try again in \(seconds) seconds.",
                retryAfter: Int(seconds))
        }
    }
}
