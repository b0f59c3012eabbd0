import AtelierProtocol
import SignedObjects

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
