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
        try await followKeys(over: connection)
        let list = try await connection.get("/v1/devices", as: DeviceList.self)
        let device = try chooseDevice(name, in: list)
        guard !device.isThis else { throw LibraryError.thisDevice }
        let revoked = membership.revoked + [device.id]
        guard let key = SecretBytes(environment.random(SecretBytes.byteCount)) else {
            throw LibraryError.unexpectedReply("no random numbers")
        }
        let rotation = try JWS(
            signing: KeyRotation(
                of: account, epoch: (try keys.libraryKeys().map(\.epoch).max() ?? 1) + 1, key: key,
                members: try certificates(in: list).map(\.certificate).filter {
                    !revoked.contains($0.device)
                }, revoked: revoked,
                recovery: recovery, issued: connection.clock.now), with: accountKey)
        _ = try await connection.post(
            "/v1/devices/\(device.id)/revocation",
            RevocationRequest(rotation: rotation.compact), as: NoFields.self)
        try adopt(rotation.payload)
        try remember(connection.clock)
        return device
    }

    /// Fetches the library keys that were made since the last look.
    func followKeys(over connection: ServerConnection) async throws {
        guard let accountKey = membership.accountKey else { return }
        let last = try keys.libraryKeys().map(\.epoch).max() ?? 1
        for rotation in try await connection.keyRotations(after: last, signedBy: accountKey) {
            try adopt(rotation)
        }
    }

    private func adopt(_ rotation: KeyRotation) throws {
        guard let key = rotation.libraryKey(for: deviceKeys) else {
            throw LibraryError.unexpectedReply("a key that is not for this device")
        }
        // The keys first: a crash in between leaves a list of devices that is a little old.
        try keys.save(try keys.libraryKeys() + [key])
        var membership = membership
        membership.revoked = rotation.revoked
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
