import AtelierProtocol
import SignedObjects
import SyncKit

extension Library {
    /// Puts a device of the account out: it gets nothing new from now on, and what the others write
    /// is sealed with a new key that it does not have. What it holds it keeps.
    ///
    /// - Parameter name: Its id, or the beginning or end of it, or its name.
    /// - Throws: ``LibraryError/noAccountKey`` on a device that cannot,
    ///   ``LibraryError/thisDevice``, ``LibraryError/unknown(kind:name:)``,
    ///   ``LibraryError/ambiguous(kind:name:count:)``.
    public func revokeDevice(_ name: String) async throws -> KnownDevice {
        let lock = try LibraryLock(folder.lock)
        defer { withExtendedLifetime(lock) {} }
        guard membership.server != nil else { throw LibraryError.notJoined }
        guard let accountKey = try keys.accountKey(), let recovery = membership.recoveryKey,
            let account
        else { throw LibraryError.noAccountKey }
        let connection = try connection()
        var tries = 0
        while true {
            tries += 1
            try await followKeys(over: connection)
            let list = try await connection.get("/v1/devices", as: DeviceList.self)
            let device = try chooseDevice(name, in: list)
            guard !device.isThis else { throw LibraryError.thisDevice }
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
            try remember(connection.clock)
            return device
        }
    }

    /// A new library key for every device that stays.
    private func rotation(
        of account: AccountID, revoking device: DeviceID, in list: DeviceList,
        sealedFor recovery: AgreementKey, signedBy accountKey: SigningKey, now: UnixTime
    ) throws -> JWS<KeyRotation> {
        let revoked = membership.revoked + [device]
        guard let key = SecretBytes(environment.random(SecretBytes.byteCount)) else {
            throw LibraryError.unexpectedReply("no random numbers")
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
        try membership.keyEpoch ?? keys.libraryKeys().map(\.epoch).max() ?? 1
    }

    /// Fetches the library keys that were made since the last look; hands out and asks for those
    /// that a device was not given.
    func followKeys(over connection: ServerConnection) async throws {
        guard let accountKey = membership.accountKey else { return }
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
        if let key = rotation.libraryKey(for: deviceKeys) {
            try keys.save(try keys.libraryKeys().filter { $0.epoch != key.epoch } + [key])
        }
        var membership = membership
        membership.revoked = rotation.revoked
        membership.keyEpoch = rotation.epoch
        try save(membership)
    }

    private func chooseDevice(_ name: String, in list: DeviceList) throws -> KnownDevice {
        let text = name.lowercased()
        let found = try known(list).filter { device in
            let id = device.id.description
            return !device.isRevoked
                && (device.name == name
                    || text.utf8.count >= 4 && (id.hasPrefix(text) || id.hasSuffix(text)))
        }
        guard let device = found.first else {
            throw LibraryError.unknown(kind: "device", name: name)
        }
        guard found.count == 1 else {
            throw LibraryError.ambiguous(kind: "device", name: name, count: found.count)
        }
        return device
    }
}

/// An answer whose object holds nothing.
struct NoFields: Decodable {}
