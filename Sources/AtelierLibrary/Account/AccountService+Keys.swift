import AtelierProtocol
public import SignedObjects
import SyncKit

extension AccountService {
    /// Revokes a device of the account and rotates the library key: from now on changes are sealed
    /// with a key that the device does not have. It keeps what it has.
    ///
    /// - Throws: ``AccountError/noAccountKey`` on a device without the account key,
    ///   ``AccountError/thisDevice``, ``LibraryError/unknown(_:name:)``; `HTTPFailure`, `Problem`.
    public func revoke(_ id: DeviceID) async throws -> KnownDevice {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        guard context.membership.server != nil else { throw AccountError.notJoined }
        guard let accountKey = try context.keys.accountKey(),
            let recovery = context.membership.recoveryKey,
            let account = context.account
        else { throw AccountError.noAccountKey }
        let connection = try connection()
        var tries = 0
        while true {
            tries += 1
            try await followKeys(over: connection)
            let list = try await connection.get("/v1/devices", as: DeviceList.self)
            let device = try device(id, in: list)
            guard !device.isThis else { throw AccountError.thisDevice }
            let rotation = try rotation(
                of: account, revoking: device.id, in: list, sealedFor: recovery,
                signedBy: accountKey, now: connection.clock.now)
            do {
                _ = try await connection.post(
                    "/v1/devices/\(device.id)/revocation",
                    RevocationRequest(rotation: rotation.compact), as: NoFields.self)
            } catch let problem as Problem
                where problem.type == .keysChanged && tries < Limits.revocationTries
            {
                // Another device joined or rotated the keys at the same time.
                continue
            }
            try adopt(rotation.payload)
            try context.remember(connection.clock)
            return device
        }
    }

    /// A new library key, sealed to every device that is not revoked.
    private func rotation(
        of account: AccountID, revoking device: DeviceID, in list: DeviceList,
        sealedFor recovery: AgreementKey, signedBy accountKey: SigningKey, now: UnixTime
    ) throws -> JWS<KeyRotation> {
        let revoked = context.membership.revoked + [device]
        let key = SecretBytes(random: context.environment.random)
        let members = try certificates(in: list).map(\.certificate).filter {
            !revoked.contains($0.device)
        }
        return try JWS(
            signing: KeyRotation(
                of: account, epoch: try newestEpoch() + 1, key: key, members: members,
                revoked: revoked, recovery: recovery, issued: now), with: accountKey)
    }

    private func newestEpoch() throws -> UInt32 {
        try context.membership.keyEpoch ?? context.keys.libraryKeys().map(\.epoch).max() ?? 1
    }

    /// Fetches the key rotations since the last known epoch; then requests the library keys that
    /// this device lacks, and delivers those that others lack.
    func followKeys(over connection: ServerConnection) async throws {
        guard let accountKey = context.membership.accountKey else { return }
        for rotation in try await connection.keyRotations(
            after: try newestEpoch(), signedBy: accountKey)
        {
            try adopt(rotation)
        }
        try await askForMissingKeys(over: connection)
        try await deliverMissingKeys(over: connection)
    }

    /// Saves a rotation. Where it has no key for this device, the key is requested later: a lying
    /// server may have hidden this device from the one that rotated.
    private func adopt(_ rotation: KeyRotation) throws {
        // The keys first: after a crash in between, the list of revoked devices is only out of
        // date.
        if let key = rotation.libraryKey(for: context.deviceKeys) {
            try context.keys.save(
                try context.keys.libraryKeys().filter { $0.epoch != key.epoch } + [key])
        }
        var membership = context.membership
        membership.revoked = rotation.revoked
        membership.keyEpoch = rotation.epoch
        try context.save(membership)
    }

    private func device(_ id: DeviceID, in list: DeviceList) throws -> KnownDevice {
        guard let device = try known(list).first(where: { $0.id == id && !$0.isRevoked }) else {
            throw LibraryError.unknown(.device, name: id.description)
        }
        return device
    }
}

/// A reply whose JSON object has no fields.
struct NoFields: Decodable {}

extension AccountService {
    /// The epochs of the library keys that this device lacks, ascending, by the rotations that the
    /// account key signed.
    public func missingKeys() throws -> [Int] {
        try missingEpochs().map { Int(clamping: $0) }
    }

    func missingEpochs() throws -> [UInt32] {
        let known = Set(try context.keys.libraryKeys().map(\.epoch))
        guard let newest = context.membership.keyEpoch ?? known.max() else { return [] }
        return (ProtocolLimits.keyEpochs.lowerBound...newest).filter { !known.contains($0) }
    }

    /// Whether this device lacks the newest library key: what it seals could then be read by a
    /// revoked device.
    func lacksNewestKey() throws -> Bool {
        guard let newest = context.membership.keyEpoch else { return false }
        return try !context.keys.libraryKeys().contains { $0.epoch == newest }
    }

    /// Requests the library keys that this device lacks from the account's other devices, and saves
    /// those that were delivered since. Changes that need the others stay set aside.
    func askForMissingKeys(over connection: ServerConnection) async throws {
        let missing = try missingEpochs().prefix(ProtocolLimits.keysPerDelivery)
        guard !missing.isEmpty, let accountKey = context.membership.accountKey,
            let account = context.account
        else { return }
        let reply = try await connection.post(
            "/v1/keys/requests", KeyRequest(epochs: Array(missing)), as: KeyRequestReply.self)
        guard let text = reply.delivery else { return }
        let delivery = try? JWS<KeyDelivery>(verifying: text, with: accountKey).payload
        guard let delivery, delivery.account == account, delivery.device == context.device else {
            throw AccountError.unexpectedReply("library keys that the account did not sign")
        }
        let new = delivery.keys.filter { missing.contains($0.epoch) }.compactMap {
            LibraryKey(
                opening: $0.sealed, epoch: $0.epoch, of: account, with: context.deviceKeys.sealing)
        }
        guard !new.isEmpty else { return }
        try context.keys.save((try context.keys.libraryKeys() + new).sorted { $0.epoch < $1.epoch })
    }

    /// On a device with the account key: seals library keys to the devices that request them.
    ///
    /// Only devices that the account key certified and that are not revoked get any: the server
    /// says who asks, and nothing else of it is believed.
    func deliverMissingKeys(over connection: ServerConnection) async throws {
        guard let accountKey = try context.keys.accountKey(), let account = context.account else {
            return
        }
        let asked = try await connection.get(
            "/v1/keys/requests", as: KeyRequestList.self
        ).requests.filter {
            $0.device != context.device && !context.membership.revoked.contains($0.device)
        }
        guard !asked.isEmpty else { return }
        let list = try await connection.get("/v1/devices", as: DeviceList.self)
        let held = try context.keys.libraryKeys()
        for (certificate, _) in try certificates(in: list) {
            guard let request = asked.first(where: { $0.device == certificate.device }) else {
                continue
            }
            let sealed = try held.filter { request.epochs.contains($0.epoch) }
                .prefix(ProtocolLimits.keysPerDelivery).map {
                    KeyDelivery.SealedKey(
                        epoch: $0.epoch,
                        sealed: try $0.sealed(to: certificate.agreementKey, of: account))
                }
            guard !sealed.isEmpty else { continue }
            let delivery = try JWS(
                signing: KeyDelivery(
                    account: account, device: certificate.device, keys: sealed,
                    issued: connection.clock.now), with: accountKey)
            _ = try await connection.post(
                "/v1/keys/requests/\(certificate.device)",
                KeyDeliveryRequest(delivery: delivery.compact), as: NoFields.self)
        }
    }
}
