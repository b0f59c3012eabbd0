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
        let accounts = incoming.sender.counts(
            of: "accounts", limit: policy.accountsPerAddress, window: .day)
        return try await requests.asGuest(incoming, key: certificate.payload.deviceKey) { db, now in
            if let repeated = try self.repeated(request, certificate.payload, in: db) {
                return repeated
            }
            try Rate.count(accounts, now: now, in: db)
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
        let known = try AccountStore(db: db).known(certificate.account, certificate.device)
        if known.state == nil, known.owner == nil { return nil }
        guard let state = known.state, known.owner == certificate.account else {
            throw ServerError.refused(
                .accountExists,
                detail: "The account or device is known already. Ask to join it as a device.")
        }
        return try registered(request, isNew: false, state: state, in: db)
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
            guard try AccountStore(db: db).pendingCount() < policy.pendingAccounts else {
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
        try AccountStore(db: db).add(
            account, key: request.accountKey, pin: request.pin, state: state,
            opening: JWS(signing: opening, with: key).compact, now: now)
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
