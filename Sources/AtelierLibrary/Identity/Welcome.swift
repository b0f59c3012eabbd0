package import AtelierProtocol
import Foundation
package import SignedObjects

/// What an approved device is told, sealed to it: how to read the library and whom to trust.
package struct Welcome: Codable, Equatable, Sendable {
    /// The keys of the library's changes, each of 32 bytes, by epoch.
    package var libraryKeys: [LibraryKey]
    /// The key of the account's server.
    package var serverKey: VerifyingKey
    /// Where that server is.
    package var server: String
    /// The account's public key.
    package var accountKey: VerifyingKey
    /// The devices that were put out.
    package var revoked: [DeviceID]

    /// Takes every field.
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

    /// Opens the welcome of an approval with the keys of the device it was made for.
    ///
    /// Nothing in it is looked at before the account's key has vouched for the sealed text: anybody
    /// can seal to a device, a server too.
    ///
    /// - Throws: ``AccountError/wrongApproval``, ``AccountError/welcomeUnreadable``.
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
        self = try Welcome(opening: approval.sealedProvisioning, with: keys, account: account)
        guard accountKey == approval.accountKey else { throw AccountError.wrongApproval }
    }

    /// Opens the sealed form with the keys of the device it was made for; says nothing of who made
    /// it.
    package init(opening sealed: String, with keys: DeviceKeys, account: AccountID) throws {
        guard sealed.utf8.count <= Limits.welcomeBytes, let bytes = Base64URL.decode(sealed) else {
            throw AccountError.welcomeUnreadable
        }
        let info = Self.info(device: keys.device, account: account)
        guard
            let json = try? keys.sealing.open(bytes, info: info),
            let welcome = try? CanonicalJSON.decoder.decode(Self.self, from: Data(json)),
            !welcome.libraryKeys.isEmpty
        else { throw AccountError.welcomeUnreadable }
        self = welcome
    }

    private static func info(device: DeviceID, account: AccountID) -> [UInt8] {
        Array("atelier welcome v1".utf8) + account.bytes + device.bytes
    }
}
