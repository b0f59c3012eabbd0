import CreditLedger
import Foundation
import SignedObjects

/// The server's epoch: another number than before when the server was wiped or set back.
public struct EpochService: ServerService {
    let environment: ServiceEnvironment

    /// Another number than before when the server was wiped or set back; reading it also proves
    /// that the database works.
    func present() async throws -> Int {
        try await database.read { db in try EpochCheckpoint.Reading(of: db).epoch }
    }

    /// The epoch now, waiting for it.
    func presentNow() throws -> Int {
        try database.read { db in try EpochCheckpoint.Reading(of: db).epoch }
    }

    /// Writes down that this database came from a backup.
    func noteRestore(taken: UnixTime, actor: String) throws {
        let now = clock()
        try database.write { db in
            try Audit.append(
                "restore", actor: actor, account: nil, reason: "", detail: taken.rfc3339,
                now: now, in: db)
        }
    }

    /// Begins a new epoch, for an operator who has restored the whole folder, which the server
    /// cannot detect.
    ///
    /// - Returns: The new epoch.
    @discardableResult
    public func raise(actor: String) throws -> Int {
        try database.write { db in
            try self.raise(actor: actor, reason: "asked", in: db)
        }
    }

    /// Begins a new epoch where the database is not the one that it was.
    func check() throws {
        if let epochCheckpoint { try check(epochCheckpoint) } else { try checkCluster() }
    }

    /// Begins a new epoch where the tables were restored into another PostgreSQL cluster.
    ///
    /// A cluster restored in place keeps its identifier, and a standby that takes over has it too:
    /// then the operator knows whether something was lost, and says so by `epoch raise`.
    private func checkCluster() throws {
        try database.write { db in
            let cluster: String? = try db.value(
                "SELECT system_identifier::text FROM pg_control_system()")
            let identifier = Data((cluster ?? "").utf8)
            let known: Data? = try db.value("SELECT value FROM identity WHERE name = 'cluster'")
            guard known != identifier else { return }
            try db.execute(
                """
                INSERT INTO identity (name, value) VALUES ('cluster', ?1)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """,
                [identifier])
            guard known != nil else { return }
            try self.raise(actor: "server", reason: "database-moved", in: db)
        }
    }

    /// Begins a new epoch where the database is behind the checkpoint beside it, or that is gone.
    private func check(_ epochCheckpoint: EpochCheckpoint) throws {
        // The checkpoint first: while another program goes on, the database only moves ahead of it.
        let checkpoint = try epochCheckpoint.read()
        let reading = try database.read { db in try EpochCheckpoint.Reading(of: db) }
        guard Self.isSetBack(reading, behind: checkpoint) else {
            return try epochCheckpoint.note(reading)
        }
        try database.write { db in
            let checkpoint = try epochCheckpoint.read()
            guard Self.isSetBack(try EpochCheckpoint.Reading(of: db), behind: checkpoint) else {
                return
            }
            let reason = checkpoint == nil ? "checkpoint-missing" : "database-set-back"
            try self.raise(actor: "server", reason: reason, in: db)
        }
    }

    private static func isSetBack(
        _ reading: EpochCheckpoint.Reading, behind checkpoint: EpochCheckpoint.Reading?
    ) -> Bool {
        guard let checkpoint else { return reading.segments > 0 }
        return reading < checkpoint
    }

    /// The new epoch is also no less than the second of its beginning, so that the same backup,
    /// restored twice, does not begin the same epoch twice.
    @discardableResult
    private func raise(actor: String, reason: String, in db: Database) throws -> Int {
        let now = clock()
        let reading = try EpochCheckpoint.Reading(of: db)
        let last = max(reading.epoch, try epochCheckpoint?.read()?.epoch ?? 0)
        // A backup from before the first epoch does not know of those since; the file beside it
        // does.
        let isFirst = epochCheckpoint != nil && last == 1
        let new = EpochCheckpoint.Reading(
            epoch: max(last + 1, Int(now.milliseconds / 1000)), segments: reading.segments)
        try db.execute(
            "UPDATE setting SET value = ?1 WHERE name = 'epoch'", [new.epoch])
        // Segments after this sequence may differ from what devices of an earlier epoch hold.
        try db.execute("UPDATE account_head SET base = seq")
        try CaseStore.skipNumbers(in: db)
        try LedgerStore.beginEpoch(
            until: now + policy.ledger.lease + policy.ledger.grace, isFirst: isFirst,
            in: db)
        try Audit.append(
            "epoch \(new.epoch)", actor: actor, account: nil, reason: reason, detail: "", now: now,
            in: db)
        // Before the commit: after a crash in between, the database is behind, and begins another.
        try epochCheckpoint?.note(new)
        return new.epoch
    }
}
