import AtelierProtocol
public import SignedObjects
import SyncKit

extension AccountService {
    /// Puts a device of the account out: it gets nothing new from now on, and what the others write
    /// is sealed with a new key that it does not have. What it holds it keeps.
    ///
    /// - Throws: ``AccountError/noAccountKey`` on a device that cannot,
    ///   ``AccountError/thisDevice``, ``LibraryError/unknown(_:name:)``,
    ///   ``LibraryError/ambiguous(kind:name:count:)``.
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
                // Another device joined or rotated the keys meanwhile.
                continue
            }
            try adopt(rotation.payload)
            try context.remember(connection.clock)
            return device
        }
    }

    /// A new library key for every device that stays.
    private func rotation(
        of account: AccountID, revoking device: DeviceID, in list: DeviceList,
        sealedFor recovery: AgreementKey, signedBy accountKey: SigningKey, now: UnixTime
    ) throws -> JWS<KeyRotation> {
        let revoked = context.membership.revoked + [device]
        guard let key = SecretBytes(context.environment.random(SecretBytes.byteCount)) else {
            throw AccountError.unexpectedReply("no random numbers")
        }
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

    /// Fetches the library keys that were made since the last look; hands out and asks for those
    /// that a device was not given.
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

    /// A key that is not for this device is asked for later: the list of devices by which it was
    /// made may have been another's lie.
    private func adopt(_ rotation: KeyRotation) throws {
        // The keys first: a crash in between leaves a list of devices that is a little old.
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

/// An answer whose object holds nothing.
struct NoFields: Decodable {}
