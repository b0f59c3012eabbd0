import AtelierProtocol
import SignedObjects

/// Counts in a minute or a day, kept in the database so that a restart resets none.
enum Rate {
    /// What one request adds to, and how far that may go.
    struct Count: Sendable {
        /// Who is counted, and for what.
        let bucket: String
        /// The most in one window.
        let limit: Int
        var window = Window.minute
        /// How many it counts for.
        var by = 1
    }

    /// How long counts are added up: from one full minute or day, UTC, to the next.
    enum Window: Int64, Sendable {
        case minute = 60_000
        case day = 86_400_000

        /// When the window that `now` lies in ends, in milliseconds since 1970 UTC.
        func end(after now: UnixTime) -> Int64 {
            (now.milliseconds / rawValue + 1) * rawValue
        }

        fileprivate var name: String { self == .minute ? "minute" : "day" }
    }

    /// Counts each in one statement.
    ///
    /// - Throws: ``RateExcess`` where one is beyond its limit.
    static func count(_ counts: [Count], now: UnixTime, in db: Database) throws {
        for answer in try db.answers(to: [statement(counts, now: now)]) {
            try check(counts, answer.rows, now: now)
        }
    }

    /// The statement that counts; what it gives is for ``check(_:_:now:)``.
    static func statement(_ counts: [Count], now: UnixTime) -> SQLStatement {
        // In one order everywhere: those who count the same things at once wait, and never for
        // each other.
        let counts = counts.sorted { $0.bucket < $1.bucket }
        let values = counts.indices.map { "(?\(2 * $0 + 1), ?\(2 * $0 + 2), \(counts[$0].by))" }
        return SQLStatement(
            """
            INSERT INTO rate (bucket, until, count) VALUES \(values.joined(separator: ", "))
            ON CONFLICT (bucket) DO UPDATE SET
                count = excluded.count
                    + CASE WHEN rate.until = excluded.until THEN rate.count ELSE 0 END,
                until = excluded.until
            RETURNING bucket, count
            """,
            counts.flatMap { [$0.bucket, $0.window.end(after: now)] as [any SQLConvertible] })
    }

    /// - Throws: ``RateExcess`` where one is beyond its limit.
    static func check(_ counts: [Count], _ rows: [Row], now: UnixTime) throws {
        var seen: [String: Int] = [:]
        for row in rows { seen[try row["bucket"]] = try row["count"] }
        for count in counts where seen[count.bucket] ?? 0 > count.limit {
            throw count.excess(now: now)
        }
    }
}

extension Rate.Count {
    /// The refusal for a sender beyond the limit.
    func excess(now: UnixTime) -> RateExcess {
        RateExcess(
            bucket: bucket, until: window.end(after: now),
            refusal: .refused(
                .tooMany,
                detail: "At most \(limit) a \(window.name). Try again in \(seconds(now)) seconds.",
                retryAfter: seconds(now)))
    }

    /// Until the window ends, rounded up: one who waits so long is in the next.
    private func seconds(_ now: UnixTime) -> Int {
        Int((window.end(after: now) - now.milliseconds + 999) / 1000)
    }
}

/// A sender went beyond a limit.
struct RateExcess: Error {
    let bucket: String
    /// When it may come again, in milliseconds since 1970 UTC.
    let until: Int64
    /// The refusal.
    let refusal: ServerError
}
