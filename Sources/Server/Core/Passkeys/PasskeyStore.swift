import Foundation
package import SignedObjects

/// A passkey in a list.
package struct PasskeySummary: Sendable {
    /// Names it, base64url.
    package let id: String
    /// What its owner calls it.
    package let label: String
    /// When it was made.
    package let created: UnixTime
    /// When it last signed; nil where it never did.
    package let used: UnixTime?
}

/// Moderators' passkeys as rows: public keys, which open nothing.
struct PasskeyStore {
    let db: Database

    /// A stored passkey.
    struct Passkey {
        let id: [UInt8]
        let name: String
        let site: String
        let key: PasskeyKey
        let count: Int64
        let label: String
    }

    /// The passkey of an id; nil where nobody has it.
    func find(_ id: [UInt8]) throws -> Passkey? {
        try db.row("SELECT * FROM passkey WHERE id = ?1", [Data(id)]).map { row in
            guard let algorithm = PasskeyKey.Algorithm(rawValue: try row["algorithm"]) else {
                throw StoredFormError(column: "algorithm")
            }
            let bytes: Data = try row["public_key"]
            return Passkey(
                id: id, name: try row["name"], site: try row["site"],
                key: try PasskeyKey(algorithm, bytes: Array(bytes)), count: try row["count"],
                label: try row["label"])
        }
    }

    /// Adds a passkey.
    ///
    /// - Throws: ``PasskeyRefusal/known``, ``PasskeyRefusal/tooMany``.
    func add(_ passkey: Passkey, now: UnixTime) throws {
        guard try count(of: passkey.name) < Limits.passkeysPerModerator else {
            throw PasskeyRefusal.tooMany
        }
        let added = try db.execute(
            .insert(
                into: "passkey",
                [
                    "id": Data(passkey.id), "name": passkey.name, "site": passkey.site,
                    "algorithm": passkey.key.algorithm.rawValue,
                    "public_key": Data(passkey.key.bytes), "count": passkey.count,
                    "label": passkey.label, "created": now.milliseconds,
                ], onConflict: .keeps(by: ["id"])))
        guard added == 1 else { throw PasskeyRefusal.known }
    }

    /// Notes that a passkey signed; false where another signature was counted meanwhile.
    func use(_ passkey: Passkey, count: Int64, now: UnixTime) throws -> Bool {
        try db.execute(
            """
            UPDATE passkey SET count = ?1, used = ?2
            WHERE id = ?3 AND (count < ?1 OR count = 0 AND ?1 = 0)
            """,
            [count, now.milliseconds, Data(passkey.id)]) == 1
    }

    /// The passkeys of a moderator, the oldest first.
    func list(of name: String) throws -> [PasskeySummary] {
        try db.rows(
            """
            SELECT id, label, created, used FROM passkey WHERE name = ?1
            ORDER BY created, id LIMIT ?2
            """,
            [name, Limits.passkeysPerModerator]
        ).map { row in
            let id: Data = try row["id"]
            let used: Int64? = try row["used"]
            return PasskeySummary(
                id: Base64URL.encode(id), label: try row["label"],
                created: try row.time("created"),
                used: used.map { UnixTime(milliseconds: $0) })
        }
    }

    /// Deletes a passkey of a moderator; its label, nil where there is none.
    func remove(_ id: [UInt8], of name: String) throws -> String? {
        try db.row(
            "DELETE FROM passkey WHERE id = ?1 AND name = ?2 RETURNING label", [Data(id), name]
        ).map { try $0["label"] }
    }

    func count(of name: String) throws -> Int {
        try db.value("SELECT COUNT(*) FROM passkey WHERE name = ?1", [name]) ?? 0
    }

    /// Uses a challenge up.
    ///
    /// - Throws: ``PasskeyRefusal/challengeEnded`` where it was used before.
    func use(challenge: [UInt8], ends: UnixTime) throws {
        let isNew = try db.execute(
            """
            INSERT INTO used_challenge (hash, ends) VALUES (?1, ?2)
            ON CONFLICT (hash) DO NOTHING
            """,
            [Digest(of: challenge).blob, ends.milliseconds])
        guard isNew == 1 else { throw PasskeyRefusal.challengeEnded }
    }

    /// Deletes used challenges that have ended, also by the clock of an instance that is behind.
    static func sweep(_ db: Database, now: UnixTime) throws {
        try db.execute(
            "DELETE FROM used_challenge WHERE ends < ?1",
            [now.milliseconds - Limits.nonceLifetime.wholeMilliseconds])
    }
}
