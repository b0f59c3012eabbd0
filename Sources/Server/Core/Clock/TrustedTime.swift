import Foundation
import SignedObjects

/// The last time that was known to be right, kept in the database, so that a program that is
/// started with a wrong clock finds out.
///
/// There is one row for each start of a machine that runs the server. In the same start, time is
/// known exactly by the clock that cannot be set. After another start, or on another machine, the
/// present lies after the last row, and not very long after it.
struct TrustedTime {
    let db: Database

    /// What the rows say about the present.
    enum Verdict: Equatable {
        /// The clock fits.
        case fits
        /// In the same start of this machine, it should be `expected`.
        case moved(expected: UnixTime)
        /// It lies before the last time that was known to be right.
        case behind(last: UnixTime)
        /// It lies more than ``Limits/clockPause`` after the last time: the clock is ahead, or no
        /// server ran for so long.
        case afterLongPause(last: UnixTime)
    }

    /// The last time that was known to be right; nil before the first start.
    var latest: UnixTime? {
        get throws {
            let time: Int64? = try db.value("SELECT MAX(time) FROM trusted_time")
            return time.map { UnixTime(milliseconds: $0) }
        }
    }

    /// Whether `now` can be right.
    ///
    /// - Parameter boot: The clock that cannot be set at the same moment, if there is one.
    func verdict(on now: UnixTime, boot: BootTime?) throws -> Verdict {
        if let expected = try expected(at: boot) {
            let difference = max(now - expected, expected - now)
            return difference > Limits.clockStep ? .moved(expected: expected) : .fits
        }
        guard let last = try latest else { return .fits }
        if last - now > Limits.clockStep { return .behind(last: last) }
        return now - last > Limits.clockPause ? .afterLongPause(last: last) : .fits
    }

    /// Notes that `now` is right; rows only rise.
    func note(_ now: UnixTime, boot: BootTime?) throws {
        try db.execute(
            """
            INSERT INTO trusted_time (boot, time, uptime) VALUES (?1, ?2, ?3)
            ON CONFLICT (boot) DO UPDATE SET time = excluded.time, uptime = excluded.uptime
            WHERE trusted_time.time < excluded.time
            """,
            [boot?.boot ?? "", now.milliseconds, boot?.milliseconds ?? 0])
    }

    /// Starts again with `now`: the operator has confirmed this machine's clock.
    func reset(to now: UnixTime, boot: BootTime?) throws {
        try db.execute("DELETE FROM trusted_time")
        try note(now, boot: boot)
    }

    /// Forgets the rows of starts that ended long ago.
    func sweep(_ now: UnixTime) throws {
        let oldest = now.milliseconds - Limits.clockPause.wholeMilliseconds
        try db.execute("DELETE FROM trusted_time WHERE time < ?1", [oldest])
    }

    /// What the time should be, where a row is of the same start of this machine.
    private func expected(at boot: BootTime?) throws -> UnixTime? {
        guard let boot else { return nil }
        let row = try db.row(
            "SELECT time, uptime FROM trusted_time WHERE boot = ?1", [boot.boot])
        guard let row, let then = BootTime(boot: boot.boot, milliseconds: try row["uptime"]),
            let elapsed = boot.elapsed(since: then)
        else { return nil }
        return try row.time("time") + elapsed
    }
}
