import AtelierProtocol
import CreditLedger
import SignedObjects
import SyncKit

extension Library {
    /// Opens the account on a server and leases its free credits; safe to repeat.
    ///
    /// - Parameters:
    ///   - address: `https://host[:port]`; plain `http` only on this machine.
    ///   - invite: What the operator gave; it also says which key the server must have.
    /// - Returns: The credits that the account has now.
    /// - Throws: ``LibraryError/otherServer`` before anything is told to a server with another key;
    ///   `HTTPFailure`, `Problem`.
    public func join(_ address: String, invite: String) async throws -> CreditsReport {
        let lock = try LibraryLock(folder.lock)
        defer { withExtendedLifetime(lock) {} }
        if let server = membership.server {
            throw LibraryError.alreadyJoined(server: server.address)
        }
        guard
            let accountKey = try keys.accountKey(), let certificate = membership.certificate
        else { throw membership.request == nil ? LibraryError.noAccountKey : waiting }
        guard let invite = InviteCode(invite) else { throw LibraryError.badInvite }
        let connection = try connection(to: try HTTPAddress(address))
        let server = try await connection.get(
            "/v1/server", as: ServerDescription.self, proves: false)
        guard ServerFingerprint(key: server.key) == invite.fingerprint else {
            throw LibraryError.otherServer
        }
        let pin = try JWS(
            signing: ServerPin(
                account: AccountID(key: accountKey.verifyingKey), serverKey: server.key),
            with: accountKey)
        let request = RegisterRequest(
            invite: invite.secret, accountKey: accountKey.verifyingKey, certificate: certificate,
            pin: pin.compact)
        _ = try await connection.post("/v1/accounts", request, as: DeviceList.self)
        try remember(connection.clock)
        var membership = membership
        membership.server = .init(address: connection.address.description, key: server.key)
        try save(membership)
        try await settle(over: connection)
        return try creditsReport()
    }
}
