import Fingerprints
import Foundation
import SignedObjects
import SystemSupport

/// What a stored fingerprint is of.
enum FingerprintKind: String, Sendable {
    /// A registered work.
    case registration
    /// A work that is reserved against training.
    case reservation
    /// A picture that a claim is about.
    case claim
}

/// Two pictures that are near each other.
struct FingerprintMatch: Sendable {
    /// One of them.
    struct Entry: Sendable, Hashable {
        let kind: FingerprintKind
        /// Its registration's row, its reservation's number or its claim's.
        let owner: Int64
        /// Nil for people without an account.
        let account: AccountID?
    }

    /// The one that was added, and the one that it is near to.
    let entries: (Entry, Entry)
    /// How many bits differ, at most ``Fingerprint/matchDistance``.
    let distance: Int
}

/// The fingerprints of works that are registered, reserved or claimed.
///
/// Whoever adds one holds a lock until its transaction's end, and compares with all that were added
/// before: of two pictures that are near each other the later one always finds the earlier.
struct FingerprintStore {
    let db: Database

    /// Adds a picture and finds those near to it that were added before, nearest first; not those
    /// of the same account, nor withdrawn ones.
    ///
    /// A picture with too little detail is near to none and is not kept. One that was withdrawn
    /// counts again.
    func add(
        _ reading: FingerprintReading, kind: FingerprintKind, owner: Int64, account: AccountID?
    ) throws -> [FingerprintMatch] {
        guard reading.isReliable else { return [] }
        try lock()
        let own = FingerprintMatch.Entry(kind: kind, owner: owner, account: account)
        let matches = try near(reading).compactMap { entry, distance in
            let isOwn = entry == own || (account != nil && entry.account == account)
            return isOwn ? nil : FingerprintMatch(entries: (own, entry), distance: distance)
        }
        let hash = Data(reading.fingerprint.bytes)
        let kept = try db.execute(
            """
            UPDATE fingerprint SET withdrawn = 0 WHERE kind = ?1 AND owner = ?2
                AND fingerprint = ?3
            """,
            [kind.rawValue, owner, hash])
        if kept == 0 { try insert(own, hash, reading.quality) }
        return matches
    }

    /// The pictures near to one in any of its eight orientations, nearest first; not withdrawn
    /// ones.
    func near(
        _ reading: FingerprintReading
    ) throws -> [(entry: FingerprintMatch.Entry, distance: Int)] {
        guard reading.isReliable else { return [] }
        var distances = try db.fingerprints.near(reading, before: db.ownFingerprints, in: db)
        for row in try ownRows() {
            let distance = reading.distance(to: try row.fingerprint())
            if distance <= Fingerprint.matchDistance { distances[try row["serial"]] = distance }
        }
        // What the index holds may be withdrawn, or never have been committed.
        return try rows(distances.keys.sorted()).compactMap { row in
            guard let distance = distances[try row["serial"]],
                reading.distance(to: try row.fingerprint()) == distance
            else { return nil }
            return (try row.entry(), distance)
        }.sorted { $0.distance < $1.distance }
    }

    /// Whether a picture is near to a registered work: what anybody may know.
    func isNear(_ reading: FingerprintReading) throws -> Bool {
        try near(reading).contains { $0.entry.kind == .registration }
    }

    /// The picture is no longer near to any.
    func withdraw(_ kind: FingerprintKind, owner: Int64) throws {
        try db.execute(
            "UPDATE fingerprint SET withdrawn = 1 WHERE kind = ?1 AND owner = ?2",
            [kind.rawValue, owner])
    }

    /// One at a time: a writing transaction of SQLite has the whole database to itself.
    private func lock() throws {
        guard db.kind == .postgres else { return }
        _ = try db.rows("SELECT value FROM setting WHERE name = 'fingerprints' FOR UPDATE")
    }

    private func insert(_ entry: FingerprintMatch.Entry, _ hash: Data, _ quality: Int) throws {
        // One with another fingerprint is another picture.
        try db.execute(
            "DELETE FROM fingerprint WHERE kind = ?1 AND owner = ?2",
            [entry.kind.rawValue, entry.owner])
        let mark = SecureRandom.bytes(8).reduce(0) { $0 << 8 | Int64($1) }
        let serial: Int64? = try db.value(
            """
            INSERT INTO fingerprint (fingerprint, quality, kind, owner, account, mark)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING serial
            """,
            [hash, quality, entry.kind.rawValue, entry.owner, entry.account?.blob, mark])
        db.ownFingerprints = db.ownFingerprints ?? serial
    }

    /// What this transaction has added, which no index may hold before it is committed.
    private func ownRows() throws -> [Row] {
        guard let first = db.ownFingerprints else { return [] }
        return try db.rows("SELECT * FROM fingerprint WHERE serial >= ?1", [first])
    }

    /// One statement also for none, so that an answer tells nothing by its time.
    private func rows(_ serials: [Int64]) throws -> [Row] {
        let wanted = serials.isEmpty ? [-1] : serials
        return try stride(from: 0, to: wanted.count, by: Limits.rowsByKey).flatMap { start in
            let part = wanted[start..<min(start + Limits.rowsByKey, wanted.count)]
            let list = part.indices.map { "?\($0 - start + 1)" }.joined(separator: ", ")
            return try db.rows(
                "SELECT * FROM fingerprint WHERE withdrawn = 0 AND serial IN (\(list))",
                Array(part))
        }
    }
}

extension Row {
    fileprivate func entry() throws -> FingerprintMatch.Entry {
        guard let kind = FingerprintKind(rawValue: try self["kind"]) else {
            throw StoredFormError(column: "kind")
        }
        return FingerprintMatch.Entry(
            kind: kind, owner: try self["owner"],
            account: try isNull("account") ? nil : try fixed("account"))
    }

    /// The column `fingerprint`.
    func fingerprint() throws -> Fingerprint {
        let bytes: Data = try self["fingerprint"]
        guard let hash = Fingerprint(bytes: Array(bytes)) else {
            throw StoredFormError(column: "fingerprint")
        }
        return hash
    }
}
