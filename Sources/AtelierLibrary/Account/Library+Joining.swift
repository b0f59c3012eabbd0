import AtelierProtocol
import CreditLedger
import Foundation
import SignedObjects
import SyncKit

extension Library {
    /// Opens the account on a server and leases its free credits; safe to repeat.
    ///
    /// - Parameters:
    ///   - address: `https://host[:port]`; plain `http` only on this machine.
    ///   - invite: What the operator gave; it also says which key the server must have. Nil where
    ///     the server may do without.
    ///   - fingerprint: The fingerprint of the server's key, where the operator told it otherwise.
    /// - Returns: The credits that the account has now.
    /// - Throws: ``LibraryError/otherServer`` before anything is told to a server with another key;
    ///   ``LibraryError/waitsForOperator(server:)`` where the operator has to let the account in;
    ///   `HTTPFailure`, `Problem`.
    public func join(
        _ address: String, invite: String? = nil, fingerprint: String? = nil
    ) async throws -> CreditsReport {
        let lock = try LibraryLock(folder.lock)
        defer { withExtendedLifetime(lock) {} }
        if let server = membership.server, membership.waitsForOperator != true {
            throw LibraryError.alreadyJoined(server: server.address)
        }
        guard
            let accountKey = try keys.accountKey(), let certificate = membership.certificate
        else { throw membership.request == nil ? LibraryError.noAccountKey : waiting }
        let code = try invite.map { text in
            // As it comes out of a letter.
            let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard let code = InviteCode(text) else { throw LibraryError.badInvite }
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
        try remember(connection.clock)
        var membership = membership
        membership.server = .init(address: connection.address.description, key: server.key)
        try save(membership)
        try await settleAsMember(over: connection)
        return try creditsReport()
    }

    /// The fingerprint of the server's key, for comparing; nil before `join`.
    public var serverFingerprint: String? {
        membership.server.map { ServerFingerprint(key: $0.key).description }
    }

    private func check(
        _ server: ServerDescription, _ invite: InviteCode?, _ fingerprint: String?
    ) throws {
        let shown = ServerFingerprint(key: server.key)
        if let fingerprint {
            guard let expected = ServerFingerprint(hex: fingerprint.lowercased()) else {
                throw LibraryError.badFingerprint
            }
            guard expected == shown else { throw LibraryError.otherServer }
        }
        if let invite {
            guard invite.fingerprint == shown else { throw LibraryError.otherServer }
        } else if server.registration == .invite {
            throw LibraryError.inviteNeeded
        }
    }

    /// One exchange with the ledger, which also tells whether the operator let the account in.
    @discardableResult
    func settleAsMember(over connection: ServerConnection) async throws -> Int {
        var membership = membership
        do {
            let settled = try await settle(over: connection)
            if membership.waitsForOperator == true || isPutOut {
                membership.waitsForOperator = nil
                membership.isPutOut = nil
                try save(membership)
            }
            return settled
        } catch let problem as Problem where problem.type == .deviceRevoked {
            membership.isPutOut = true
            try save(membership)
            throw LibraryError.putOut
        } catch let problem as Problem where problem.type == .accountPending {
            membership.waitsForOperator = true
            try save(membership)
            throw operatorWaiting
        } catch let problem as Problem where problem.type == .accountRefused {
            // Free to join another server.
            membership.waitsForOperator = nil
            membership.server = nil
            try save(membership)
            throw problem
        }
    }

    /// What whoever needs the server is told meanwhile.
    var operatorWaiting: LibraryError {
        .waitsForOperator(server: membership.server?.address ?? "")
    }
}
