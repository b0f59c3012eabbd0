import AtelierProtocol
import CreditLedger
import SignedObjects

/// The key rotations of one account; their contents are sealed.
struct KeyRotationStore {
    let account: AccountID
    let db: Database

    /// Adds the next one; false where it is there already.
    ///
    /// - Throws: ``ServerError`` where another one has its epoch, or the one before it is missing.
    func add(_ rotation: JWS<KeyRotation>) throws -> Bool {
        let epoch = Int64(rotation.payload.epoch)
        let known: String? = try db.value(
            "SELECT document FROM key_rotation WHERE account = ?1 AND epoch = ?2",
            [account.blob, epoch])
        if known == rotation.compact { return false }
        guard known == nil, epoch == (try newest()) + 1 else {
            throw ServerError.refused(
                .keysChanged, detail: "Another device changed the keys. Sync, then ask again.")
        }
        guard epoch <= Limits.keyRotations else {
            throw ServerError.refused(.limitReached, detail: "The keys were changed too often.")
        }
        try db.execute(
            "INSERT INTO key_rotation (account, epoch, document) VALUES (?1, ?2, ?3)",
            [account.blob, epoch, rotation.compact])
        return true
    }

    /// The epoch of the newest library key; the first is 1.
    func newest() throws -> Int64 {
        let last: Int64? = try db.value(
            "SELECT COALESCE(MAX(epoch), 1) FROM key_rotation WHERE account = ?1", [account.blob])
        return last ?? 1
    }

    func list(after epoch: Int64) throws -> KeyRotationList {
        let rows = try db.rows(
            """
            SELECT document FROM key_rotation WHERE account = ?1 AND epoch > ?2
            ORDER BY epoch LIMIT ?3
            """,
            [account.blob, epoch, Limits.keyRotationsPerReply])
        return KeyRotationList(rotations: try rows.map { try $0["document"] })
    }
}

/// Who of one account lacks library keys: one row a device.
struct KeyRequestStore {
    let account: AccountID
    let db: Database

    /// Takes a request; gives what was delivered for the same one.
    func ask(_ request: KeyRequest, for device: DeviceID) throws -> KeyRequestReply {
        let epochs = request.epochs.map(String.init).joined(separator: ",")
        try db.execute(
            """
            INSERT INTO key_request (account, device, epochs) VALUES (?1, ?2, ?3)
            ON CONFLICT (account, device) DO UPDATE SET epochs = excluded.epochs, delivery = NULL
            WHERE key_request.epochs <> excluded.epochs
            """,
            [account.blob, device.blob, epochs])
        let delivery: String? = try db.row(
            "SELECT delivery FROM key_request WHERE account = ?1 AND device = ?2",
            [account.blob, device.blob]
        ).flatMap { try $0["delivery"] }
        return KeyRequestReply(delivery: delivery)
    }

    /// Those for whom nothing was delivered yet.
    func waiting() throws -> KeyRequestList {
        let rows = try db.rows(
            """
            SELECT device, epochs FROM key_request WHERE account = ?1 AND delivery IS NULL
            ORDER BY device
            """,
            [account.blob])
        return KeyRequestList(
            requests: try rows.map { row in
                let epochs: String = try row["epochs"]
                return .init(
                    device: try row.fixed("device"),
                    epochs: epochs.split(separator: ",").compactMap { UInt32($0) })
            })
    }

    /// Keeps what was sealed to a device that waits.
    func deliver(_ delivery: String, to device: DeviceID) throws {
        let count = try db.execute(
            "UPDATE key_request SET delivery = ?1 WHERE account = ?2 AND device = ?3",
            [delivery, account.blob, device.blob])
        guard count == 1 else {
            throw ServerError.refused(.notFound, detail: "This device waits for no library keys.")
        }
    }
}
