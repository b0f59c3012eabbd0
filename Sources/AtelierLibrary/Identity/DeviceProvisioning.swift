package import AtelierProtocol
import Foundation
package import SignedObjects

/// What an approved device receives, sealed to it: the library keys, the account key and the
/// server's key.
package struct DeviceProvisioning: Codable, Equatable, Sendable {
    /// The keys of the library's changes.
    package var libraryKeys: [LibraryKey]
    /// The key of the account's server.
    package var serverKey: VerifyingKey
    /// The server's address, `https://host[:port]`.
    package var server: String
    /// The account's public key.
    package var accountKey: VerifyingKey
    /// The revoked devices.
    package var revoked: [DeviceID]

    /// A provisioning with at least one library key.
    package init(
        libraryKeys: [LibraryKey], serverKey: VerifyingKey, server: String,
        accountKey: VerifyingKey, revoked: [DeviceID] = []
    ) {
        self.libraryKeys = libraryKeys
        self.serverKey = serverKey
        self.server = server
        self.accountKey = accountKey
        self.revoked = revoked
    }

    /// The epoch of the newest library key.
    package var newestEpoch: UInt32 { libraryKeys.map(\.epoch).max() ?? 1 }

    /// The sealed form for `device` of `account`: base64url.
    package func sealed(
        for device: DeviceID, of account: AccountID, to key: AgreementKey
    ) throws -> String {
        let json = try CanonicalJSON.encoder.encode(self)
        let info = Self.info(device: device, account: account)
        return Base64URL.encode(try SealingKey.seal(Array(json), to: key, info: info))
    }

    /// Opens the provisioning of an approval with the keys of the device it was made for.
    ///
    /// The account key's signature of the sealed text is verified first: anybody can seal to a
    /// device, a server too.
    ///
    /// - Throws: ``AccountError/wrongApproval``, ``AccountError/provisioningUnreadable``.
    package init(
        of approval: DeviceApproval, with keys: DeviceKeys, account: AccountID
    ) throws {
        let seal = try? JWS<ProvisioningSeal>(
            verifying: approval.provisioningSeal, with: approval.accountKey
        ).payload
        guard
            AccountID(key: approval.accountKey) == account, let seal, seal.account == account,
            seal.device == keys.device, seal.sealed == Digest(of: approval.sealedProvisioning)
        else { throw AccountError.wrongApproval }
        self = try DeviceProvisioning(
            opening: approval.sealedProvisioning, with: keys, account: account)
        guard accountKey == approval.accountKey else { throw AccountError.wrongApproval }
    }

    /// Opens the sealed form with the keys of the device it was made for; does not tell who made
    /// it.
    package init(opening sealed: String, with keys: DeviceKeys, account: AccountID) throws {
        guard sealed.utf8.count <= Limits.provisioningBytes, let bytes = Base64URL.decode(sealed)
        else {
            throw AccountError.provisioningUnreadable
        }
        let info = Self.info(device: keys.device, account: account)
        guard
            let json = try? keys.sealing.open(bytes, info: info),
            let provisioning = try? CanonicalJSON.decode(Self.self, from: Data(json)),
            !provisioning.libraryKeys.isEmpty
        else { throw AccountError.provisioningUnreadable }
        self = provisioning
    }

    private static func info(device: DeviceID, account: AccountID) -> [UInt8] {
        Array("atelier welcome v1".utf8) + account.bytes + device.bytes
    }
}
