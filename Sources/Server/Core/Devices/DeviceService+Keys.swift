import AtelierProtocol
import CreditLedger
import SignedObjects

// Library keys and the devices they are sealed to.
extension DeviceService {
    /// Adds a device by the account key's certificate alone: its owner has the recovery phrase.
    /// Safe to repeat.
    func restore(
        _ request: RestoreRequest, account: AccountID, _ incoming: IncomingRequest
    ) async throws -> RestoreReply {
        let certificate = try Self.certificate(request.certificate, key: request.accountKey)
        let device = certificate.payload.device
        guard certificate.payload.account == account else {
            throw ServerError.refused(.malformed, detail: "The certificate is of another account.")
        }
        return try await requests.asGuest(incoming, key: certificate.payload.deviceKey) { db, now in
            try db.lock(account)
            let pin: String? = try db.value(
                "SELECT pin FROM account WHERE id = ?1 AND state <> 'purged'", [account.blob])
            guard let pin else {
                throw ServerError.refused(.notFound, detail: "This server has no such account.")
            }
            switch try DeviceStore(db: db).account(of: device) {
            case account?: break
            case .some:
                throw ServerError.refused(
                    .accountExists, detail: "This device is of another account.")
            case nil: try DeviceStore(db: db).add(certificate, now: now)
            }
            return RestoreReply(pin: pin)
        }
    }

    /// Revokes a device and keeps the new keys for the others; the account's key must have signed.
    /// Safe to repeat.
    func revoke(
        _ request: RevocationRequest, device: DeviceID, _ incoming: IncomingRequest
    ) async throws {
        let account = try await requests.authorized(incoming) { db, caller, now in
            guard
                let rotation = try? JWS<KeyRotation>(
                    verifying: request.rotation, with: caller.accountKey),
                rotation.payload.account == caller.account,
                rotation.payload.revoked.contains(device)
            else {
                throw ServerError.refused(
                    .malformed, detail: "Only the account key can revoke a device.")
            }
            let store = KeyRotationStore(account: caller.account, db: db)
            guard try store.add(rotation) else { return caller.account }
            guard try DeviceStore(db: db).account(of: device) == caller.account else {
                throw ServerError.refused(.notFound, detail: "The account has no such device.")
            }
            try Self.checkBoxes(of: rotation.payload, in: db)
            try ledgers.change(
                caller.account, LedgerNeeds(device: device), now: now, in: db
            ) { ledger in
                _ = try ledger.revoke(
                    device, reason: "revoked-by-owner", now: now, signer: self.signer)
            }
            return caller.account
        }
        environment.changed(account)
    }

    /// The key rotations after an epoch.
    func keyRotations(
        after epoch: Int64, _ incoming: IncomingRequest
    ) async throws -> KeyRotationList {
        try await requests.authorized(incoming) { db, caller, now in
            try KeyRotationStore(account: caller.account, db: db).list(after: epoch)
        }
    }

    /// A device without a box could read nothing from then on.
    private static func checkBoxes(of rotation: KeyRotation, in db: Database) throws {
        let members = try DeviceStore(db: db).devices(of: rotation.account)
        let boxed = Set(rotation.boxes.map(\.device))
        guard Set(members).subtracting(rotation.revoked).isSubset(of: boxed) else {
            throw ServerError.refused(
                .keysChanged,
                detail: "The new key is not for every device: one joined meanwhile. Ask again.")
        }
    }

    /// Stores which library keys a device lacks; returns what was sealed to it since.
    func requestKeys(
        _ request: KeyRequest, _ incoming: IncomingRequest
    ) async throws -> KeyRequestReply {
        guard (1...ProtocolLimits.keysPerDelivery).contains(request.epochs.count),
            request.epochs.allSatisfy(ProtocolLimits.keyEpochs.contains)
        else {
            throw ServerError.refused(
                .malformed,
                detail: "Ask for 1 to \(ProtocolLimits.keysPerDelivery) keys by their epochs.")
        }
        return try await requests.authorized(incoming) { db, caller, now in
            try KeyRequestStore(account: caller.account, db: db).ask(request, for: caller.device)
        }
    }

    /// The devices of the caller's account that wait for library keys.
    func keyRequests(_ incoming: IncomingRequest) async throws -> KeyRequestList {
        try await requests.authorized(incoming) { db, caller, now in
            try KeyRequestStore(account: caller.account, db: db).waiting()
        }
    }

    /// Stores library keys for a device that waits, signed by the account key; safe to repeat.
    func deliverKeys(
        _ request: KeyDeliveryRequest, to device: DeviceID, _ incoming: IncomingRequest
    ) async throws {
        try await requests.authorized(incoming) { db, caller, now in
            guard
                let delivery = try? JWS<KeyDelivery>(
                    verifying: request.delivery, with: caller.accountKey),
                delivery.payload.account == caller.account, delivery.payload.device == device
            else {
                throw ServerError.refused(
                    .malformed, detail: "Only the account key can hand out library keys.")
            }
            try KeyRequestStore(account: caller.account, db: db)
                .deliver(request.delivery, to: device)
        }
    }
}
