package import AtelierProtocol
import Foundation
package import SignedObjects
import SystemSupport

/// The files of the `keys` folder: mode 0600, written atomically.
package struct KeyStore: Sendable {
    let folder: LibraryFolder

    func deviceKeys() throws -> DeviceKeys {
        guard LibraryFile.exists(folder.deviceKeys) else {
            // A library of another user is not a missing one.
            throw errno == EACCES
                ? LibraryError.unwritable(path: folder.root.shownPath, reason: "permission denied")
                : LibraryError.notALibrary(folder: folder.root.shownPath)
        }
        guard let keys = DeviceKeys(stored: try text(of: folder.deviceKeys)) else {
            throw damaged(folder.deviceKeys)
        }
        return keys
    }

    func save(_ keys: DeviceKeys) throws {
        try write(Array(try keys.stored().utf8), to: folder.deviceKeys)
    }

    /// The account's private key; nil on a device that another one approved.
    func accountKey() throws -> SigningKey? {
        guard LibraryFile.exists(folder.accountKey) else { return nil }
        let bytes = Base64URL.decode(try text(of: folder.accountKey))
        guard let key = bytes.flatMap(SigningKey.init(bytes:)) else {
            throw damaged(folder.accountKey)
        }
        return key
    }

    func save(accountKey: SigningKey) throws {
        try write(Array(Base64URL.encode(accountKey.bytes).utf8), to: folder.accountKey)
    }

    func libraryKeys() throws -> [LibraryKey] {
        guard LibraryFile.exists(folder.libraryKeys) else { return [] }
        return try decode(folder.libraryKeys)
    }

    func save(_ keys: [LibraryKey]) throws {
        try write(Array(try CanonicalJSON.encoder.encode(keys)), to: folder.libraryKeys)
    }

    func membership() throws -> Membership {
        try decode(folder.membership)
    }

    func save(_ membership: Membership) throws {
        try write(Array(try CanonicalJSON.encoder.encode(membership)), to: folder.membership)
    }

    private func write(_ bytes: [UInt8], to file: URL) throws {
        try LibraryFile.write(bytes, to: file, mode: 0o600)
    }

    private func text(of file: URL) throws -> String {
        let bytes = try LibraryFile.read(file, limit: Limits.smallFileBytes)
        return String(decoding: bytes, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func decode<Value: Decodable>(_ file: URL) throws -> Value {
        let bytes = try LibraryFile.read(file, limit: Limits.smallFileBytes)
        do {
            return try CanonicalJSON.decode(Value.self, from: Data(bytes))
        } catch {
            throw damaged(file)
        }
    }

    private func damaged(_ file: URL) -> LibraryError {
        .damaged(
            path: file.shownPath,
            reason: "it is not what Atelier wrote. Restore it from a backup")
    }
}

/// The two key pairs of this device: one signs; to the other, provisionings and library keys are
/// sealed.
package struct DeviceKeys: Sendable {
    /// Signs requests, spends and rights statements (Ed25519).
    package let signing: SigningKey
    /// Opens what was sealed to this device (X25519).
    package let sealing: SealingKey

    /// New random keys.
    package init() {
        signing = SigningKey()
        sealing = SealingKey()
    }

    /// Reads what ``stored`` wrote, else nil.
    package init?(stored text: String) {
        guard
            let stored = try? CanonicalJSON.decode(Stored.self, from: Data(text.utf8)),
            let signing = Base64URL.decode(stored.signing).flatMap(SigningKey.init(bytes:)),
            let sealing = Base64URL.decode(stored.agreement).flatMap(SealingKey.init(bytes:))
        else { return nil }
        self.signing = signing
        self.sealing = sealing
    }

    /// The private keys as JSON, for a file of mode 0600.
    package func stored() throws -> String {
        let stored = Stored(
            signing: Base64URL.encode(signing.bytes), agreement: Base64URL.encode(sealing.bytes))
        return String(decoding: try CanonicalJSON.encoder.encode(stored), as: UTF8.self)
    }

    /// The device's id, a digest of its signing key.
    package var device: DeviceID { DeviceID(key: signing.verifyingKey) }

    /// The public half of ``sealing``.
    package var agreementKey: AgreementKey { sealing.agreementKey }

    private struct Stored: Codable {
        var signing: String
        var agreement: String
    }
}

/// The account and the server that this library belongs to: a file beside the keys, with no
/// secrets.
package struct Membership: Codable, Equatable, Sendable {
    /// A server and its pinned key.
    package struct Server: Codable, Equatable, Sendable {
        /// `https://host[:port]`.
        package var address: String
        /// The key that its leases, receipts and orders must be signed with.
        package var key: VerifyingKey
    }

    /// A request of this device to join an account.
    package struct Request: Codable, Equatable, Sendable {
        /// `https://host[:port]`.
        package var address: String
        /// The account that was asked.
        package var account: AccountID
    }

    /// What the artist calls this device.
    package var deviceName: String
    /// The account's public key; nil until a requested approval came.
    package var accountKey: VerifyingKey?
    /// Compact ``DeviceCertificate`` of this device; nil until a requested approval came.
    package var certificate: String?
    /// The public key of the recovery phrase, to which new library keys are sealed too; nil on a
    /// device without the account key.
    package var recoveryKey: AgreementKey?
    /// The revoked devices, by the newest key rotation that the account key signed.
    package var revoked: [DeviceID] = []
    /// The epoch of the newest rotation that the account key signed, whose key this device may
    /// lack; nil for the newest key it has.
    package var keyEpoch: UInt32?
    /// The server; nil before `join`.
    package var server: Server?
    /// The request that waits, if one does.
    package var request: Request?
    /// True while the server's operator has not accepted the account.
    package var waitsForOperator: Bool?
    /// True once the server said that this device was revoked: it tells such a device nothing else,
    /// so that the order itself never comes.
    package var isRevoked: Bool?

    /// The account; nil until a requested approval came.
    package var account: AccountID? { accountKey.map(AccountID.init(key:)) }

    /// The membership of a device that belongs to no account yet.
    package init(deviceName: String) {
        self.deviceName = deviceName
    }
}
