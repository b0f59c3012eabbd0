import AtelierProtocol
import CreditLedger
import Foundation
public import SignedObjects
import SyncKit
import SyncKitHTTP

/// The account on a server: joining, devices, library keys.
///
/// Owns the files of `keys/` once the library is made: membership, account key, library keys.
public struct AccountService: Sendable {
    let context: LibraryContext
    let ledger: LedgerExchange

    /// The account; nil while a requested approval has not come.
    public var id: AccountID? { context.account }

    /// The six words of this device's waiting request; nil where none waits.
    public var comparisonWords: String? { context.comparisonWords?.description }

    /// The fingerprint of the server's key, for comparing; nil before the library joined.
    public var serverFingerprint: String? {
        context.membership.server.map { ServerFingerprint(key: $0.key).description }
    }

    /// The connection to the server that this library belongs to.
    ///
    /// - Throws: ``AccountError/notJoined``, ``AccountError/waitingForApproval(words:)``;
    ///   `HTTPFailure` where the saved address cannot be used.
    func connection() throws -> ServerConnection {
        guard let server = context.membership.server else {
            throw context.membership.request == nil ? AccountError.notJoined : context.waiting
        }
        return try connection(to: HTTPAddress(server.address))
    }

    func connection(to address: HTTPAddress) throws -> ServerConnection {
        let environment = context.environment
        let (offset, last) = try context.clockCorrection()
        let clock = ServerClock(device: { environment.reading }, offset: offset, last: last)
        return ServerConnection(
            address: address, exchange: try environment.connect(address),
            openStream: { try environment.openStream(address) },
            keys: context.deviceKeys, clock: clock,
            retries: RetryPolicy(
                pause: environment.pause, onWait: environment.onWait, now: { clock.now },
                random: environment.random),
            random: environment.random)
    }
}

extension AccountService {
    /// Opens the account on a server and leases its free credits; safe to repeat.
    ///
    /// - Parameters:
    ///   - address: `https://host[:port]`; plain `http` only on this machine.
    ///   - invite: The operator's invite, which also names the server's key; nil where the server
    ///     accepts accounts without one.
    ///   - fingerprint: The fingerprint of the server's key, 32 hexadecimal digits, to compare
    ///     before anything is sent; nil without.
    /// - Returns: The credits that the account has now.
    /// - Throws: ``AccountError/otherServer`` before anything is sent to a server with another key;
    ///   ``AccountError/waitsForOperator(server:)`` where the operator has to accept the account;
    ///   `HTTPFailure`, `Problem`.
    public func join(
        _ address: String, invite: String? = nil, fingerprint: String? = nil
    ) async throws -> CreditsReport {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        if let server = context.membership.server, context.membership.waitsForOperator != true {
            throw AccountError.alreadyJoined(server: server.address)
        }
        guard
            let accountKey = try context.keys.accountKey(),
            let certificate = context.membership.certificate
        else {
            throw context.membership.request == nil ? AccountError.noAccountKey : context.waiting
        }
        let code = try invite.map { text in
            // Copied text often has spaces or line ends around it.
            let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard let code = InviteCode(text) else { throw AccountError.badInvite }
            return code
        }
        let connection = try connection(to: try HTTPAddress(address))
        let server = try await connection.get(
            "/v1/server", as: ServerDescription.self, proves: false)
        try check(server, code, fingerprint)
        let pin = try JWS(
            signing: ServerPin(
                account: AccountID(key: accountKey.verifyingKey), serverKey: server.key),
            with: accountKey)
        let request = RegisterRequest(
            invite: code?.secret, accountKey: accountKey.verifyingKey, certificate: certificate,
            pin: pin.compact)
        _ = try await connection.post("/v1/accounts", request, as: DeviceList.self)
        try context.remember(connection.clock)
        var membership = context.membership
        membership.server = .init(address: connection.address.description, key: server.key)
        try context.save(membership)
        try await ledger.settleAsMember(over: connection)
        // What does not arrive now comes with the first sync.
        _ = try? await followCertificate(over: connection)
        return try ledger.wallet.report()
    }

    private func check(
        _ server: ServerDescription, _ invite: InviteCode?, _ fingerprint: String?
    ) throws {
        let shown = ServerFingerprint(key: server.key)
        if let fingerprint {
            guard let expected = ServerFingerprint(hex: fingerprint.lowercased()) else {
                throw AccountError.badFingerprint
            }
            guard expected == shown else { throw AccountError.otherServer }
        }
        if let invite {
            guard invite.fingerprint == shown else { throw AccountError.otherServer }
        } else if server.registration == .invite {
            throw AccountError.inviteNeeded
        }
    }
}

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
