import AtelierProtocol
import Foundation
import SignedObjects
import SyncKit

extension Library {
    /// Brings an account to this device by its recovery phrase alone; then ``sync()`` brings the
    /// library. Safe to repeat.
    ///
    /// The server proves itself by what the account's own key once said of it, so that no first
    /// answer has to be believed.
    ///
    /// - Returns: The library, which holds the account key and can let other devices in.
    /// - Throws: ``LibraryError/alreadyALibrary(folder:)`` where another account is,
    ///   ``LibraryError/otherServer``, `Problem` where the server has no such account.
    public static func restoreAccount(
        in folder: LibraryFolder, server address: String, phrase: RecoveryPhrase,
        deviceName: String? = nil, environment: LibraryEnvironment = .system
    ) async throws -> Library {
        let address = try HTTPAddress(address)
        let library = try openOrMake(
            in: folder, deviceName: deviceName, environment: environment)
        let account = AccountID(key: phrase.accountKey.verifyingKey)
        guard library.account == nil || library.account == account else {
            throw LibraryError.alreadyALibrary(folder: folder.root.shownPath)
        }
        let lock = try LibraryLock(folder.lock)
        defer { withExtendedLifetime(lock) {} }
        try await library.restore(account, by: phrase, at: address)
        return library
    }

    private func restore(
        _ account: AccountID, by phrase: RecoveryPhrase, at address: HTTPAddress
    ) async throws {
        let connection = try connection(to: address)
        let server = try await connection.get(
            "/v1/server", as: ServerDescription.self, proves: false)
        let accountKey = phrase.accountKey
        let certificate = try JWS(
            signing: DeviceCertificate(
                account: account, deviceKey: deviceKeys.signing.verifyingKey,
                agreementKey: deviceKeys.agreementKey, name: deviceName,
                issued: connection.clock.now), with: accountKey
        ).compact
        let reply = try await connection.post(
            "/v1/accounts/\(account)/devices",
            RestoreRequest(accountKey: accountKey.verifyingKey, certificate: certificate),
            as: RestoreReply.self)
        let pin = try? JWS<ServerPin>(verifying: reply.pin, with: accountKey.verifyingKey)
        guard let pin, pin.payload.account == account, pin.payload.serverKey == server.key else {
            throw LibraryError.otherServer
        }
        let rotations = try await connection.keyRotations(
            after: 1, signedBy: accountKey.verifyingKey)
        var libraryKeys =
            SecretBytes(phrase.libraryKey).map { [LibraryKey(epoch: 1, key: $0)] } ?? []
        for rotation in rotations {
            // One that the phrase does not open is asked for at the next sync.
            guard let recovery = phrase.recoveryKey,
                let key = rotation.libraryKey(forRecovery: recovery)
            else { continue }
            libraryKeys.append(key)
        }
        try keys.save(accountKey: accountKey)
        try keys.save(libraryKeys)
        var membership = membership
        membership.accountKey = accountKey.verifyingKey
        membership.certificate = certificate
        membership.recoveryKey = phrase.recoveryKey?.agreementKey
        membership.revoked = rotations.last?.revoked ?? []
        membership.keyEpoch = rotations.last?.epoch
        membership.server = .init(address: address.description, key: server.key)
        membership.request = nil
        try save(membership)
        try remember(connection.clock)
    }
}
