import AtelierProtocol
import CreditLedger
import Foundation
import SignedObjects

extension AccountService {
    /// What became of a registration.
    struct Registered: Sendable {
        let list: DeviceList
        /// False where this is a repeat.
        let isNew: Bool
        let state: AccountState
    }

    /// Opens an account with its first device, or lets it wait; safe to repeat.
    func register(
        _ request: RegisterRequest, _ incoming: IncomingRequest
    ) async throws -> Registered {
        let certificate = try DeviceService.certificate(
            request.certificate, key: request.accountKey)
        let account = certificate.payload.account
        try checkPin(request.pin, key: request.accountKey)
        let accounts = Rate.Count(
            bucket: "accounts \(incoming.sender)", limit: policy.accountsPerAddress, window: .day)
        return try await requests.asGuest(incoming, key: certificate.payload.deviceKey) { db, now in
            if let repeated = try self.repeated(request, certificate.payload, in: db) {
                return repeated
            }
            try Rate.count([accounts], now: now, in: db)
            let state: AccountState
            do {
                state = try self.admit(account, request.invite, now: now, in: db)
            } catch let refusal as ServerError {
                // The same request at the same time was first: this one is a repeat.
                guard let repeated = try self.repeated(request, certificate.payload, in: db) else {
                    throw refusal
                }
                return repeated
            }
            try self.open(account, request, state: state, now: now, in: db)
            try DeviceStore(db: db).add(certificate, now: now)
            return try self.registered(request, isNew: true, state: state, in: db)
        }
    }

    /// What a repeat gets; nil where nothing of it is known.
    ///
    /// - Throws: ``ServerError`` where the account or the device is another's.
    private func repeated(
        _ request: RegisterRequest, _ certificate: DeviceCertificate, in db: Database
    ) throws -> Registered? {
        // One statement: another registration may end between two.
        let row = try db.row(
            """
            SELECT (SELECT state FROM account WHERE id = ?1) AS state,
                (SELECT account FROM device WHERE id = ?2) AS owner
            """,
            [certificate.account.blob, certificate.device.blob])
        guard let row else { throw StoredFormError(column: "account") }
        if try row.isNull("state"), try row.isNull("owner") { return nil }
        let owner: Data? = try row["owner"]
        guard try !row.isNull("state"), owner == certificate.account.blob else {
            throw ServerError.refused(
                .accountExists,
                detail: "The account or device is known already. Ask to join it as a device.")
        }
        return try registered(request, isNew: false, state: row.state(), in: db)
    }

    private func registered(
        _ request: RegisterRequest, isNew: Bool, state: AccountState, in db: Database
    ) throws -> Registered {
        if [.refused, .purged].contains(state), let refusal = state.refusal { throw refusal }
        let account = AccountID(key: request.accountKey)
        return Registered(
            list: try DeviceStore(db: db).list(of: account, key: request.accountKey),
            isNew: isNew, state: state)
    }

    /// How a new account begins: an invite opens it under every policy.
    private func admit(
        _ account: AccountID, _ invite: InviteSecret?, now: UnixTime, in db: Database
    ) throws -> AccountState {
        if let invite {
            try InviteStore(db: db).use(invite, for: account, now: now)
            return .open
        }
        switch policy.registration {
        case .invite:
            throw ServerError.refused(
                .inviteInvalid, detail: "This server takes accounts by invite. Ask for one.")
        case .open:
            return .open
        case .approval:
            let waiting: Int? = try db.value(
                "SELECT COUNT(*) FROM account WHERE state = ?1", [AccountState.pending.rawValue])
            guard waiting ?? 0 < policy.pendingAccounts else {
                throw ServerError.refused(
                    .tooMany, detail: "Too many accounts wait for the operator already.",
                    retryAfter: 86_400)
            }
            return .pending
        }
    }

    private func open(
        _ account: AccountID, _ request: RegisterRequest, state: AccountState, now: UnixTime,
        in db: Database
    ) throws {
        let ledger = ServerLedger(account: account, policy: policy.ledger, now: now)
        let opening = AccountOpening(account: account, credits: ledger.balance.granted, time: now)
        try db.execute(
            .insert(
                into: "account",
                [
                    "id": account.blob, "account_key": request.accountKey.blob,
                    "created": now.milliseconds, "pin": request.pin, "state": state.rawValue,
                    "opening": try JWS(signing: opening, with: key).compact,
                ]))
        try db.execute(
            "INSERT INTO account_head (account, seq) VALUES (?1, 0)",
            [account.blob])
        try LedgerStore(account: account, db: db).save(ledger, over: nil)
    }

    /// Checks the account key's signature under this server's key.
    private func checkPin(_ text: String, key: VerifyingKey) throws {
        guard let pin = try? JWS<ServerPin>(verifying: text, with: key),
            pin.payload.account == AccountID(key: key), pin.payload.serverKey == publicKey
        else { throw ServerError.refused(.malformed, detail: "The pin is not of this server.") }
    }
}

/// What an account began with, signed by the server's key and kept beside the account: with the
/// orders that grant credits it says how many there may be.
struct AccountOpening: SignedPayload {
    static let type = "atelier-opening+jws"

    let account: AccountID
    /// Free credits.
    let credits: Int
    let time: UnixTime
}
