import AtelierProtocol
import CreditLedger
import Foundation
import SignedObjects

/// The devices of accounts, and those that wait to become one.
struct DeviceStore {
    let db: Database

    /// The devices of an account with their certificates, in the order in which they joined.
    func list(of account: AccountID, key: VerifyingKey) throws -> DeviceList {
        let rows = try db.rows(
            """
            SELECT certificate, last_seen FROM device WHERE account = ?1 ORDER BY joined, id
            """,
            [account.blob])
        return DeviceList(
            accountKey: key,
            devices: try rows.map {
                .init(certificate: try $0["certificate"], lastSeen: try $0.time("last_seen"))
            })
    }

    /// Adds a device to the account that its certificate names.
    ///
    /// - Throws: ``ServerError`` where the account may have no more.
    func add(_ certificate: JWS<DeviceCertificate>, now: UnixTime) throws {
        let payload = certificate.payload
        guard try hasRoom(payload.account) else {
            throw ServerError.refused(
                .limitReached, detail: "An account may have \(Limits.devicesPerAccount) devices.")
        }
        try db.execute(
            .insert(
                into: "device",
                [
                    "id": payload.device.blob, "account": payload.account.blob,
                    "device_key": payload.deviceKey.blob, "name": payload.name,
                    "certificate": certificate.compact, "joined": now.milliseconds,
                    "last_seen": now.milliseconds,
                ]))
    }

    /// The devices of an account, revoked ones too.
    func devices(of account: AccountID) throws -> [DeviceID] {
        try db.rows(
            "SELECT id FROM device WHERE account = ?1", [account.blob]
        ).map { try $0.fixed("id") }
    }

    /// The account that a device is of, if any.
    func account(of device: DeviceID) throws -> AccountID? {
        try db.row(
            "SELECT account FROM device WHERE id = ?1", [device.blob]
        ).map { try $0.fixed("account") }
    }

    /// Whether the account may have one more device; revoked ones do not count.
    private func hasRoom(_ account: AccountID) throws -> Bool {
        let active = try db.rows(
            """
            SELECT d.id FROM device AS d
            WHERE d.account = ?1 AND NOT EXISTS (
                SELECT 1 FROM ledger_revocation AS r
                WHERE r.account = d.account AND r.device = d.id)
            LIMIT ?2
            """, [account.blob, Limits.devicesPerAccount])
        return active.count < Limits.devicesPerAccount
    }

    /// Stores a request to join an account.
    ///
    /// A sender that asks too often pushes out its own oldest request; where an account has too
    /// many, the newest of the sender with the most gives way, or else this one. So whoever asks
    /// from one address is never pushed out by others, however often they ask.
    ///
    /// - Throws: ``ServerError`` where no other may wait.
    func wait(
        _ request: DeviceRequest, for account: AccountID, from sender: Sender, now: UnixTime
    ) throws {
        try forgetOld(now: now)
        try db.execute(
            .insert(
                into: "device_request",
                [
                    "account": account.blob, "device": request.device.blob,
                    "device_key": request.deviceKey.blob,
                    "agreement_key": request.agreementKey.blob, "name": request.name,
                    "requested": now.milliseconds, "sender": sender.description,
                ], onConflict: .keeps(by: ["account", "device"])))
        try db.execute(
            """
            DELETE FROM device_request
            WHERE account = ?1 AND sender = ?2 AND approval IS NULL AND device NOT IN (
                SELECT device FROM device_request
                WHERE account = ?1 AND sender = ?2 AND approval IS NULL
                ORDER BY requested DESC, device LIMIT ?3)
            """,
            [account.blob, sender.description, Limits.waitingDevicesPerSender])
        try makeRoom(for: account)
    }

    private func makeRoom(for account: AccountID) throws {
        let rows = try db.rows(
            """
            SELECT device, sender FROM device_request WHERE account = ?1 AND approval IS NULL
            ORDER BY requested DESC, device DESC
            """,
            [account.blob])
        guard rows.count > ProtocolLimits.waitingDevices else { return }
        var counts: [String: Int] = [:]
        for row in rows { counts[try row["sender"], default: 0] += 1 }
        let most = counts.values.max() ?? 0
        let victim = try rows.first { counts[try $0["sender"], default: 0] == most }
        guard most > 1, let victim else {
            throw ServerError.refused(
                .tooMany, detail: "Too many devices wait for this account. Try again later.",
                retryAfter: 3600)
        }
        try db.execute(
            "DELETE FROM device_request WHERE account = ?1 AND device = ?2",
            [account.blob, try victim["device"] as Data])
    }

    /// The requests to join an account that wait for approval, oldest first.
    func waiting(for account: AccountID, now: UnixTime) throws -> [DeviceRequest] {
        try forgetOld(now: now)
        return try db.rows(
            """
            SELECT * FROM device_request WHERE account = ?1 AND approval IS NULL
            ORDER BY requested, device
            """,
            [account.blob]
        ).map(Self.request)
    }

    /// A waiting request and its approval, where it has one.
    func waiting(
        _ device: DeviceID, for account: AccountID
    ) throws -> (request: DeviceRequest, approval: DeviceApproval?)? {
        let row = try db.row(
            "SELECT * FROM device_request WHERE account = ?1 AND device = ?2",
            [account.blob, device.blob])
        guard let row else { return nil }
        let stored: String? = try row["approval"]
        let approval = try stored.map {
            try CanonicalJSON.decode(DeviceApproval.self, from: Data($0.utf8))
        }
        return (try Self.request(row), approval)
    }

    /// Keeps the approval of a device that waits.
    func approve(
        _ device: DeviceID, for account: AccountID, with approval: DeviceApproval
    ) throws {
        let json = String(
            decoding: try CanonicalJSON.encoder.encode(approval), as: UTF8.self)
        try db.execute(
            "UPDATE device_request SET approval = ?1 WHERE account = ?2 AND device = ?3",
            [json, account.blob, device.blob])
    }

    private func forgetOld(now: UnixTime) throws {
        let lifetime = ProtocolLimits.deviceRequestLifetime.wholeMilliseconds
        try db.execute(
            "DELETE FROM device_request WHERE requested < ?1",
            [now.milliseconds - lifetime])
    }

    private static func request(_ row: Row) throws -> DeviceRequest {
        DeviceRequest(
            deviceKey: try row.fixed("device_key"), agreementKey: try row.fixed("agreement_key"),
            name: try row["name"])
    }
}
