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

    /// Adds a picture and finds those near to it that were added before: of each other account that
    /// registered such works the nearest, then reservations and claims; not those of the same
    /// account, nor withdrawn ones. Of each kind at most ``Limits/casesPerOpening``.
    ///
    /// A picture with too little detail is near to none and is not kept. One that was withdrawn
    /// counts again.
    func add(
        _ reading: FingerprintReading, kind: FingerprintKind, owner: Int64, account: AccountID?
    ) throws -> [FingerprintMatch] {
        guard reading.isReliable else { return [] }
        try lock()
        let own = FingerprintMatch.Entry(kind: kind, owner: owner, account: account)
        let near = try distances(of: reading)
        let found =
            try nearest(near, reading, .registration, besides: own)
            + nearest(near, reading, nil, besides: own)
        let matches = found.map {
            FingerprintMatch(entries: (own, $0.entry), distance: $0.distance)
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

    /// Whether a picture is near to a registered work: what anybody may know.
    func isNear(_ reading: FingerprintReading) throws -> Bool {
        guard reading.isReliable else { return false }
        return try !nearest(
            distances(of: reading), reading, .registration, besides: nil, limit: 1
        ).isEmpty
    }

    /// The rows near to a picture in any of its eight orientations, with their distances, nearest
    /// first.
    private func distances(
        of reading: FingerprintReading
    ) throws -> [(serial: Int64, distance: Int)] {
        var distances = try db.fingerprints.near(reading, before: db.ownFingerprints, in: db)
        for row in try ownRows() {
            let distance = reading.distance(to: try row.fingerprint())
            if distance <= Fingerprint.matchDistance { distances[try row["serial"]] = distance }
        }
        return distances.map { ($0.key, $0.value) }.sorted {
            ($0.distance, $0.serial) < ($1.distance, $1.serial)
        }
    }

    /// The nearest rows of a kind, nil for those that are no registrations: one of each account, so
    /// that nobody hides a work behind many of their own, nor makes many cases by them.
    private func nearest(
        _ distances: [(serial: Int64, distance: Int)], _ reading: FingerprintReading,
        _ kind: FingerprintKind?, besides own: FingerprintMatch.Entry?,
        limit: Int = Limits.casesPerOpening
    ) throws -> [(entry: FingerprintMatch.Entry, distance: Int)] {
        let byRow = Dictionary(distances.map { ($0.serial, $0.distance) }) { first, _ in first }
        var found: [(entry: FingerprintMatch.Entry, distance: Int)] = []
        var seen = Set([own?.account].compactMap { $0 })
        // One statement also for none, so that an answer tells nothing by its time.
        let serials = distances.isEmpty ? [-1] : distances.map(\.serial)
        for start in stride(from: 0, to: serials.count, by: Limits.rowsByKey) {
            let part = serials[start..<min(start + Limits.rowsByKey, serials.count)]
            var known: [(entry: FingerprintMatch.Entry, distance: Int)] = []
            for row in try rows(part, of: kind, besides: seen) {
                // What the index holds may be withdrawn, or never have been committed.
                let distance = reading.distance(to: try row.fingerprint())
                guard byRow[try row["serial"]] == distance else { continue }
                known.append((try row.entry(), distance))
            }
            for (entry, distance) in known.sorted(by: { $0.distance < $1.distance })
            where entry != own {
                if let account = entry.account, !seen.insert(account).inserted { continue }
                found.append((entry, distance))
                if found.count >= limit { return found }
            }
        }
        return found
    }

    /// The picture is no longer near to any.
    func withdraw(_ kind: FingerprintKind, owner: Int64) throws {
        try db.execute(
            "UPDATE fingerprint SET withdrawn = 1 WHERE kind = ?1 AND owner = ?2",
            [kind.rawValue, owner])
    }

    /// The picture is near to others again.
    func restore(_ kind: FingerprintKind, owner: Int64) throws {
        try db.execute(
            "UPDATE fingerprint SET withdrawn = 0 WHERE kind = ?1 AND owner = ?2",
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

    /// The rows with some serials that are of a kind, nil for no registration, and of none of some
    /// accounts.
    private func rows(
        _ serials: ArraySlice<Int64>, of kind: FingerprintKind?, besides accounts: Set<AccountID>
    ) throws -> [Row] {
        let list = serials.indices.map { "?\($0 - serials.startIndex + 2)" }
        let others = accounts.sorted().enumerated().map { "?\(serials.count + 2 + $0.offset)" }
        let condition =
            others.isEmpty
            ? "" : "AND (account IS NULL OR account NOT IN (\(others.joined(separator: ", "))))"
        return try db.rows(
            """
            SELECT * FROM fingerprint
            WHERE withdrawn = 0 AND kind \(kind == nil ? "<>" : "=") ?1
                AND serial IN (\(list.joined(separator: ", "))) \(condition)
            """,
            [FingerprintKind.registration.rawValue] + Array(serials)
                + accounts.sorted().map(\.blob))
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
