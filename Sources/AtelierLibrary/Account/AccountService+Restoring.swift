import AtelierProtocol
import Foundation
import SignedObjects
import SyncKit
import SyncKitHTTP

extension AccountService {
    /// Certifies this device by the phrase's account key, and takes the account's library keys.
    ///
    /// - Throws: ``AccountError/otherServer`` where the server is not the one that the account key
    ///   once signed; `PhraseError`, `HTTPFailure`, `Problem`.
    func restore(
        _ account: AccountID, by phrase: RecoveryPhrase, at address: HTTPAddress
    ) async throws {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        let connection = try connection(to: address)
        let server = try await connection.get(
            "/v1/server", as: ServerDescription.self, proves: false)
        let accountKey = try phrase.accountKey
        let recoveryKey = try phrase.recoveryKey
        let certificate = try JWS(
            signing: DeviceCertificate(
                account: account, deviceKey: context.deviceKeys.signing.verifyingKey,
                agreementKey: context.deviceKeys.agreementKey, name: context.deviceName,
                issued: connection.clock.now), with: accountKey
        ).compact
        let reply = try await connection.post(
            "/v1/accounts/\(account)/devices",
            RestoreRequest(accountKey: accountKey.verifyingKey, certificate: certificate),
            as: RestoreReply.self)
        let pin = try? JWS<ServerPin>(verifying: reply.pin, with: accountKey.verifyingKey)
        guard let pin, pin.payload.account == account, pin.payload.serverKey == server.key else {
            throw AccountError.otherServer
        }
        let rotations = try await connection.keyRotations(
            after: 1, signedBy: accountKey.verifyingKey)
        // A key that the phrase does not open is requested at the next sync.
        let libraryKeys =
            [LibraryKey(epoch: 1, key: try phrase.libraryKey)]
            + rotations.compactMap { $0.libraryKey(forRecovery: recoveryKey) }
        try context.keys.save(accountKey: accountKey)
        try context.keys.save(libraryKeys)
        var membership = context.membership
        membership.accountKey = accountKey.verifyingKey
        membership.certificate = certificate
        membership.recoveryKey = recoveryKey.agreementKey
        membership.revoked = rotations.last?.revoked ?? []
        membership.keyEpoch = rotations.last?.epoch
        membership.server = .init(address: address.description, key: server.key)
        membership.request = nil
        try context.save(membership)
        try context.remember(connection.clock)
    }
}
