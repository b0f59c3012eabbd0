public import AtelierProtocol
import CreditLedger
public import Fingerprints
import Foundation
public import SignedObjects

/// Reservations as rows, and the list of them by serial.
///
/// Each change of the list takes the next serial under one lock, which is held until the
/// transaction's end: who has read the list up to a serial never misses a lower one.
struct ReservationStore {
    let db: Database

    /// How far a reservation is.
    ///
    /// - Throws: ``ServerError`` where there is none of that number.
    func state(of number: Int64) throws -> ReservationState {
        guard let row = try db.row("SELECT state FROM reservation WHERE number = ?1", [number])
        else { throw Self.notFound(number) }
        return try row.choice("state")
    }

    /// Moves a reservation on, and on the list where that changes what is in force.
    ///
    /// - Parameter words: A moderator's, for who made it.
    func set(
        _ state: ReservationState, _ number: Int64, words: String, now: UnixTime
    ) throws {
        let old = try self.state(of: number)
        guard old != state else { return }
        if state == .confirmed { try checkRoom() }
        let isOnList = old == .confirmed || state == .confirmed
        try db.execute(
            """
            UPDATE reservation SET state = ?1, changed = ?2, words = ?3,
                serial = CASE WHEN ?4 = 0 THEN serial ELSE ?4 END, held = ?5
            WHERE number = ?6
            """,
            [
                state.rawValue, now.milliseconds, words, isOnList ? try nextSerials(1) : 0,
                state == .confirmed ? try isSuspended(number, now: now) ? 1 : 0 : 0, number,
            ])
    }

    /// Takes what an account has in force off the list while it is suspended, or puts it back.
    func hold(_ isHeld: Bool, of account: AccountID) throws {
        let rows = try db.rows(
            """
            SELECT number FROM reservation WHERE account = ?1 AND state = 'confirmed' AND held = ?2
            ORDER BY number LIMIT ?3
            """,
            [account.blob, isHeld ? 0 : 1, Limits.registeredWorks])
        guard !rows.isEmpty else { return }
        let last = try nextSerials(Int64(rows.count))
        for (index, row) in rows.enumerated() {
            try db.post(
                "UPDATE reservation SET held = ?1, serial = ?2 WHERE number = ?3",
                [
                    isHeld ? 1 : 0, last - Int64(rows.count - 1 - index),
                    try row["number"] as Int64,
                ])
        }
    }

    /// How many reservations of an account a suspension takes off the list.
    func countInForce(of account: AccountID) throws -> Int {
        try db.value(
            """
            SELECT COUNT(*) FROM reservation WHERE account = ?1 AND state = 'confirmed' AND held = 0
            """,
            [account.blob]) ?? 0
    }

    /// Accounts whose reservations are off the list because of a suspension. Some at a time.
    func heldAccounts(after account: AccountID?) throws -> [AccountID] {
        try db.rows(
            """
            SELECT DISTINCT account FROM reservation
            WHERE held = 1 AND account > ?1 ORDER BY account LIMIT ?2
            """,
            [account?.blob ?? Data(), Limits.forgottenAtOnce]
        ).map { try $0.fixed("account") }
    }

    private func isSuspended(_ number: Int64, now: UnixTime) throws -> Bool {
        guard let account = try record(number).account else { return false }
        return try LedgerStore(account: account, db: db).row(for: nil)?
            .standing.suspension(at: now) != nil
    }

    /// What a new reservation holds.
    struct Draft {
        let reading: FingerprintReading
        var account: AccountID?
        var work: Digest?
        var holder: Int64?
    }

    /// Adds a reservation that is not in force yet.
    ///
    /// - Returns: Its number.
    func add(_ draft: Draft, now: UnixTime) throws -> Int64 {
        let sql = SQLStatement.insert(
            into: "reservation",
            [
                "account": draft.account?.blob, "work": draft.work?.blob,
                "holder": draft.holder, "fingerprint": Data(draft.reading.fingerprint.bytes),
                "quality": draft.reading.quality, "state": ReservationState.pending.rawValue,
                "requested": now.milliseconds, "changed": now.milliseconds,
            ])
        let number: Int64? = try db.rows(
            sql.sql + " RETURNING number", sql.arguments.map { $0 as any SQLConvertible }
        ).first?["number"]
        guard let number else { throw StoredFormError(column: "number") }
        guard ReservationEntry.numbers.contains(number) else { throw Self.full }
        return number
    }

    /// An account's reservation of a work, if it ever made one.
    func find(_ work: Digest, of account: AccountID) throws -> ReservationRecord? {
        try db.row(
            "SELECT * FROM reservation WHERE account = ?1 AND work = ?2",
            [account.blob, work.blob]
        ).map(ReservationRecord.init)
    }

    /// One reservation.
    ///
    /// - Throws: ``ServerError`` where there is none of that number.
    func record(_ number: Int64) throws -> ReservationRecord {
        guard let row = try db.row("SELECT * FROM reservation WHERE number = ?1", [number]) else {
            throw Self.notFound(number)
        }
        return try ReservationRecord(row)
    }

    /// Those of a state, or all, oldest first.
    func records(_ state: ReservationState?) throws -> [ReservationRecord] {
        try db.rows(
            """
            SELECT * FROM reservation WHERE (state = ?1 OR ?1 IS NULL) ORDER BY number LIMIT ?2
            """,
            [state?.rawValue, Limits.listedRows]
        ).map(ReservationRecord.init)
    }

    /// The fingerprints of what moderators have refused an account.
    func refused(of account: AccountID) throws -> [Fingerprint] {
        try db.rows(
            """
            SELECT * FROM reservation WHERE account = ?1 AND state = 'refused' ORDER BY number
            LIMIT ?2
            """,
            [account.blob, Limits.registeredWorks]
        ).map { try ReservationRecord($0).fingerprint }
    }

    /// Those of a holder, by number.
    func records(ofHolder holder: Int64) throws -> [ReservationRecord] {
        try db.rows(
            "SELECT * FROM reservation WHERE holder = ?1 ORDER BY number LIMIT ?2",
            [holder, RightsLimits.fingerprintsPerRequest]
        ).map(ReservationRecord.init)
    }

    /// How many reservations of an account are in force or wait.
    func count(of account: AccountID) throws -> Int {
        try db.value(
            """
            SELECT COUNT(*) FROM reservation
            WHERE account = ?1 AND state IN ('pending', 'confirmed')
            """,
            [account.blob]) ?? 0
    }

    /// The numbers of an account's reservations that are in force or wait.
    func live(of account: AccountID) throws -> [Int64] {
        try db.rows(
            """
            SELECT number FROM reservation
            WHERE account = ?1 AND state IN ('pending', 'confirmed') ORDER BY number LIMIT ?2
            """,
            [account.blob, Limits.registeredWorks]
        ).map { try $0["number"] }
    }

    /// Those of people without an account that have waited since before `moment` and are in no case
    /// that goes on. Some at a time.
    func waiting(since moment: UnixTime) throws -> [Int64] {
        try db.rows(
            """
            SELECT number FROM reservation AS r
            WHERE state = 'pending' AND account IS NULL AND requested < ?1 AND NOT EXISTS (
                SELECT 1 FROM moderation_case WHERE claimant_kind = 'reservation'
                    AND claimant_id = r.number AND state IN ('open', 'waiting', 'appealed'))
            AND NOT EXISTS (
                SELECT 1 FROM moderation_case WHERE respondent_kind = 'reservation'
                    AND respondent_id = r.number AND state IN ('open', 'waiting', 'appealed'))
            ORDER BY number LIMIT ?2
            """,
            [moment.milliseconds, Limits.forgottenAtOnce]
        ).map { try $0["number"] }
    }

    /// How many wait for a moderator.
    func pendingCount() throws -> Int {
        try db.value(
            "SELECT COUNT(*) FROM reservation WHERE state = ?1",
            [ReservationState.pending.rawValue]) ?? 0
    }

    /// Whether one more can be in force.
    func hasRoom() throws -> Bool {
        let count: Int? = try db.value(
            "SELECT COUNT(*) FROM reservation WHERE state = ?1",
            [ReservationState.confirmed.rawValue])
        return count ?? 0 < RightsLimits.reservations
    }

    /// The list after a serial.
    ///
    /// - Parameter limit: The most entries, at most ``RightsLimits/entriesPerPage``.
    func page(
        after serial: Int64, limit: Int = RightsLimits.entriesPerPage
    ) throws -> (entries: [ReservationEntry], through: Int64, last: Int64) {
        // The last serial first: what is changed after it comes with the next page.
        let last: Int64 =
            try db.value("SELECT value FROM setting WHERE name = 'reservations'") ?? 0
        let rows = try db.rows(
            """
            SELECT * FROM reservation
            WHERE serial > ?1 AND serial <= ?2
                AND (?1 > 0 OR state = 'confirmed' AND held = 0)
            ORDER BY serial LIMIT ?3
            """,
            [serial, last, limit])
        let entries = try rows.map { row in
            let record = try ReservationRecord(row)
            return ReservationEntry(
                number: record.number, isInForce: record.isInForce,
                account: record.account, fingerprint: record.fingerprint)
        }
        let isEnd = rows.count < limit
        let through: Int64 = isEnd ? max(last, 0) : try rows.last?["serial"] ?? last
        return (entries, through, last)
    }

    /// The last of so many new ones.
    private func nextSerials(_ count: Int64) throws -> Int64 {
        let next: Int64? = try db.value(
            """
            UPDATE setting SET value = value + ?1 WHERE name = 'reservations' RETURNING value
            """,
            [count])
        guard let next else { throw StoredFormError(column: "reservations") }
        return next
    }

    private func checkRoom() throws {
        guard try hasRoom() else { throw Self.full }
    }

    private static var full: ServerError {
        .refused(
            .limitReached,
            detail: "At most \(RightsLimits.reservations) reservations are in force at a time.")
    }

    private static func notFound(_ number: Int64) -> ServerError {
        .notFound("reservation \(number)", list: "reservations list --all")
    }
}

/// A reservation as moderators see it.
public struct ReservationRecord: Codable, Sendable {
    /// Its number.
    public let number: Int64
    /// How far it is.
    public let state: ReservationState
    /// The account that made it; nil for a holder without one.
    public let account: AccountID?
    /// SHA-256 of the account's work.
    public let work: Digest?
    /// The request of a holder that it belongs to.
    public let holder: Int64?
    /// The reserved picture's fingerprint.
    public let fingerprint: Fingerprint
    /// PDQ's measure of its detail.
    public let quality: Int
    /// When it was asked for.
    public let requested: UnixTime
    /// When its state last changed.
    public let changed: UnixTime
    /// What a moderator wrote; empty for nothing.
    public let words: String
    /// Whether it is off the list as long as its account is suspended.
    public let isHeld: Bool

    /// Whether it has so little detail that unrelated pictures would match it.
    package var isPoor: Bool { quality < FingerprintReading.lowestQuality }

    /// Whether it is on the list.
    public var isInForce: Bool { state == .confirmed && !isHeld }

    init(_ row: Row) throws {
        isHeld = try row["held"] == 1
        number = try row["number"]
        state = try row.choice("state")
        account = try row.isNull("account") ? nil : try row.fixed("account")
        work = try row.isNull("work") ? nil : try row.fixed("work")
        holder = try row["holder"]
        let bytes: Data = try row["fingerprint"]
        guard let fingerprint = Fingerprint(bytes: Array(bytes)) else {
            throw StoredFormError(column: "fingerprint")
        }
        self.fingerprint = fingerprint
        quality = try row["quality"]
        requested = try row.time("requested")
        changed = try row.time("changed")
        words = try row["words"]
    }
}
