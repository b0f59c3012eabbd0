import AtelierProtocol
import CreditLedger
import SignedObjects

extension ServerCore {
    /// Lets a device in by the account key's certificate alone: its owner has the recovery phrase.
    /// Safe to repeat.
    func restore(
        _ request: RestoreRequest, account: AccountID, _ incoming: IncomingRequest
    ) async throws -> RestoreReply {
        let certificate = try Self.certificate(request.certificate, key: request.accountKey)
        let device = certificate.payload.device
        guard certificate.payload.account == account else {
            throw ServerError.refused(.malformed, detail: "The certificate is of another account.")
        }
        return try await asGuest(incoming, key: certificate.payload.deviceKey) { db, now in
            try db.lock(account)
            let pin: String? = try db.value(
                "SELECT pin FROM account WHERE id = ?1 AND state <> 'purged'", [account.blob])
            guard let pin else {
                throw ServerError.refused(.notFound, detail: "This server has no such account.")
            }
            switch try DeviceStore.account(of: device, in: db) {
            case account?: break
            case .some:
                throw ServerError.refused(
                    .accountExists, detail: "This device is of another account.")
            case nil: try DeviceStore.add(certificate, now: now, in: db)
            }
            return RestoreReply(pin: pin)
        }
    }

    /// Puts a device out and keeps the new keys for the others, by the account key's word.
    /// Safe to repeat.
    func revoke(
        _ request: RevocationRequest, device: DeviceID, _ incoming: IncomingRequest
    ) async throws {
        let account = try await authorized(incoming) { db, caller, now in
            guard
                let rotation = try? JWS<KeyRotation>(
                    verifying: request.rotation, with: caller.accountKey),
                rotation.payload.account == caller.account,
                rotation.payload.revoked.contains(device)
            else {
                throw ServerError.refused(
                    .malformed, detail: "Only the account key can put a device out.")
            }
            let store = KeyRotationStore(account: caller.account, db: db)
            guard try store.add(rotation) else { return caller.account }
            guard try DeviceStore.account(of: device, in: db) == caller.account else {
                throw ServerError.refused(.notFound, detail: "The account has no such device.")
            }
            try Self.checkBoxes(of: rotation.payload, in: db)
            try self.change(
                caller.account, LedgerNeeds(device: device), now: now, in: db
            ) { ledger in
                _ = try ledger.revoke(
                    device, reason: "revoked-by-owner", now: now, signer: self.signer)
            }
            return caller.account
        }
        changed(account)
    }

    /// The key rotations after an epoch.
    func keyRotations(
        after epoch: Int64, _ incoming: IncomingRequest
    ) async throws -> KeyRotationList {
        try await authorized(incoming) { db, caller, now in
            try KeyRotationStore(account: caller.account, db: db).list(after: epoch)
        }
    }

    /// A device without a box could read nothing from then on.
    private static func checkBoxes(of rotation: KeyRotation, in db: Database) throws {
        let members = try DeviceStore.devices(of: rotation.account, in: db)
        let boxed = Set(rotation.boxes.map(\.device))
        guard Set(members).subtracting(rotation.revoked).isSubset(of: boxed) else {
            throw ServerError.refused(
                .keysChanged,
                detail: "The new key is not for every device: one joined meanwhile. Ask again.")
        }
    }

    /// The account's key says that it means this server.
    func checkPin(_ text: String, key: VerifyingKey) throws {
        guard let pin = try? JWS<ServerPin>(verifying: text, with: key),
            pin.payload.account == AccountID(key: key), pin.payload.serverKey == publicKey
        else { throw ServerError.refused(.malformed, detail: "The pin is not of this server.") }
    }
}

/// The key rotations of one account; their contents are sealed.
struct KeyRotationStore {
    let account: AccountID
    let db: Database

    /// Adds the next one; false where it is there already.
    ///
    /// - Throws: ``ServerError`` where another has its place, or one before it is missing.
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
