import AtelierProtocol
import Foundation
import SignedObjects

/// The list of revoked certificates as rows.
///
/// Each entry takes the next number under one lock, which is held until the transaction's end: who
/// has read the list up to a number never misses a lower one.
struct RevocationStore {
    let db: Database

    /// How far the list is: what has to be the same for it to be the same.
    struct State: Equatable {
        let number: Int
        let epoch: Int
        let root: Int
    }

    /// Adds entries; what is on the list already stays as it is.
    ///
    /// A full list takes no more, so that nobody is kept from revoking a device: the doctor tells.
    func add(_ entries: [RevocationEntry]) throws {
        for entry in entries {
            let subject = Data(entry.bytes.dropLast(8).dropFirst()).prefix(DeviceID.byteCount)
            let isKnown = try db.row(
                "SELECT number FROM certificate_revocation WHERE subject = ?1", [Data(subject)])
            guard isKnown == nil, let number = try nextNumber() else { continue }
            try db.execute(
                .insert(
                    into: "certificate_revocation",
                    [
                        "number": number, "entry": Data(entry.bytes), "subject": Data(subject),
                    ]))
        }
    }

    /// How far the list is; nil before the first root.
    func state() throws -> State? {
        guard let root = try AuthorityStore(db: db).roots().first?.number else { return nil }
        return State(
            number: try count(), epoch: try EpochCheckpoint.Reading(of: db).epoch, root: root)
    }

    /// How many entries there are.
    func count() throws -> Int {
        try db.value("SELECT value FROM setting WHERE name = 'revocations'") ?? 0
    }

    /// The entries, the oldest first.
    func entries() throws -> [RevocationEntry] {
        try db.rows(
            "SELECT entry FROM certificate_revocation ORDER BY number LIMIT ?1",
            [ProtocolLimits.revocations]
        ).map { row in
            let bytes: Data = try row["entry"]
            guard let entry = RevocationEntry(Array(bytes)[...]) else {
                throw StoredFormError(column: "entry")
            }
            return entry
        }
    }

    /// Devices that an order revokes and that are not on the list; some of them.
    func missing() throws -> [DeviceID] {
        try db.rows(
            """
            SELECT r.device AS device FROM ledger_revocation AS r WHERE NOT EXISTS (
                SELECT 1 FROM certificate_revocation AS c WHERE c.subject = r.device)
            LIMIT ?1
            """,
            [Limits.listedRows]
        ).map { try $0.fixed("device") }
    }

    /// The next number; nil where the list is full.
    private func nextNumber() throws -> Int? {
        try db.value(
            """
            UPDATE setting SET value = value + 1 WHERE name = 'revocations' AND value < ?1
            RETURNING value
            """,
            [ProtocolLimits.revocations])
    }
}
