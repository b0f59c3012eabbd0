import AtelierProtocol
import CreditLedger
import Foundation
import SignedObjects
import SyncKit
import SyncKitHTTP

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
