import Foundation
import SignedObjects

/// The database as a whole.
extension Doctor {
    /// The database's own check from end to end, where it has one.
    func examineDatabase(_ store: any DatabaseStore) throws -> [String] {
        try store.read { db in
            guard db.kind == .sqlite else {
                let version: String? = try db.value("SELECT version()")
                return version == nil ? ["PostgreSQL does not answer."] : []
            }
            let rows = try db.rows("PRAGMA integrity_check")
            return try rows.map { try $0["integrity_check"] as String }.filter { $0 != "ok" }
                .map { "\($0). Restore a backup, or what is whole: sqlite3 server.sqlite .recover" }
        }
    }

    /// Whether the tables are of this program's version.
    func examineSchema(
        _ store: any DatabaseStore, _ check: inout DoctorReport.Check
    ) throws {
        let done: [String] = try store.read { db in
            let sql =
                db.kind == .sqlite
                ? "SELECT identifier AS name FROM grdb_migrations" : "SELECT name FROM migration"
            return try db.rows(sql).map { try $0["name"] }
        }
        let steps = Schema.steps.map(\.name)
        check.note = "step \(steps.last { done.contains($0) } ?? "none")"
        for name in steps where !done.contains(name) {
            check.add("The step '\(name)' is still to be made: start the server once.")
        }
        for name in done where !steps.contains(name) {
            check.add("The step '\(name)' is of a newer version: update this program.")
        }
    }

    /// Whether the clock fits the times in the database.
    func examineClock(
        _ store: any DatabaseStore, _ check: inout DoctorReport.Check
    ) throws {
        let (latest, other): (Int64?, Int64?) = try store.read { db in
            // Nonces are left out: those of a wrong future stay, for a proof that is dated ahead
            // must not be taken again when its time comes.
            let latest: Int64? = try db.value(
                """
                SELECT MAX(time) FROM (
                    SELECT MAX(time) AS time FROM ledger
                    UNION ALL SELECT MAX(time) FROM trusted_time
                    UNION ALL SELECT MAX(last_seen) FROM device) AS times
                """)
            return (latest, try db.clock())
        }
        check.note =
            try store.read { try TrustedTime(db: $0).latest }
            .map { "last seen right at \($0.rfc3339)" } ?? ""
        // A device's proof may lie ahead by as much.
        let tolerance: Int64 = 120_000
        if let latest, latest > now.milliseconds + tolerance {
            check.add(
                "The clock was set back: the database knows of "
                    + "\(UnixTime(milliseconds: latest).rfc3339), now is \(now.rfc3339). Set it "
                    + "right: leases end by it. If it is right now and was ahead before: "
                    + "atelier-server service clock.")
        }
        if let other, abs(other - now.milliseconds) > tolerance {
            check.add(
                "This machine's clock and PostgreSQL's differ by \(abs(other - now.milliseconds)) "
                    + "ms. Let both follow a time server.")
        }
    }

    /// Whether the database has come as far as the checkpoint beside it says.
    func examineEpoch(
        _ store: any DatabaseStore, _ check: inout DoctorReport.Check
    ) throws {
        let path = folder.appendingPathComponent("server.epoch").path
        // The checkpoint first: the database only moves ahead of it.
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        let reading = try store.read { db in try EpochCheckpoint.Reading(of: db) }
        check.note = "epoch \(reading.epoch)"
        guard database == nil else { return }
        guard let text, let mark = EpochCheckpoint.Reading(text: text) else {
            if reading.segments > 0 {
                check.add("\(path) is missing or damaged: the next start begins a new epoch.")
            }
            return
        }
        if reading < mark {
            check.add("The database is behind \(path): the next start begins a new epoch.")
        }
    }

    /// Whether the log of acts is whole and still refuses changes.
    func examineAudit(
        _ store: any DatabaseStore, _ check: inout DoctorReport.Check
    ) throws {
        let path = folder.appendingPathComponent("keys/server.key").path
        let key = try ServerKey.read(path).verifyingKey
        try store.read { db in
            let verdict = try AuditChain(db: db).verdict(key: key)
            check.note = "\(verdict.rows) entries"
            if let broken = verdict.brokenAt {
                check.add("Entry \(broken) is not what was written, or one before it is gone.")
            }
            if verdict.isCutShort { check.add("The last entries are missing.") }
            if verdict.brokenAt == nil, !verdict.isCutShort, !verdict.isSigned {
                check.add(
                    "The log's end is not the one that the server's key signed: entries were "
                        + "taken out or written anew. Compare it with a backup; "
                        + "`audit --accept REASON` goes on with it as it is.")
            }
            let triggers: Int64? = try db.value(
                db.kind == .sqlite
                    ? """
                    SELECT COUNT(*) FROM sqlite_master
                    WHERE type = 'trigger' AND tbl_name = 'audit'
                    """
                    : """
                    SELECT COUNT(*) FROM pg_trigger
                    WHERE tgrelid = 'audit'::regclass AND tgenabled <> 'D' AND NOT tgisinternal
                    """)
            if triggers ?? 0 < (db.kind == .sqlite ? 3 : 2) {
                check.add("What keeps the audit log from being changed is gone.")
            }
        }
    }
}
