import AtelierProtocol
import CreditLedger
import SignedObjects

extension ServerCore {
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
        try await countGuest(incoming)
        let certificate = try Self.certificate(request.certificate, key: request.accountKey)
        let account = certificate.payload.account
        let device = certificate.payload.device
        try checkPin(request.pin, key: request.accountKey)
        let accounts = Rate.Count(
            bucket: "accounts \(incoming.sender)", limit: policy.accountsPerAddress, window: .day)
        return try await asGuest(incoming, key: certificate.payload.deviceKey) { db, now in
            let known = try db.row("SELECT state FROM account WHERE id = ?1", [account.blob])
            let owner = try DeviceStore.account(of: device, in: db)
            if let known, owner == account {
                return try self.registered(request, isNew: false, state: known.state(), in: db)
            }
            guard known == nil, owner == nil else {
                throw ServerError.refused(
                    .accountExists,
                    detail: "The account or device is known already. Ask to join it as a device.")
            }
            try Rate.count([accounts], now: now, in: db)
            let state = try self.admit(account, request.invite, now: now, in: db)
            try self.open(account, request, state: state, now: now, in: db)
            try DeviceStore.add(certificate, now: now, in: db)
            return try self.registered(request, isNew: true, state: state, in: db)
        }
    }

    private func registered(
        _ request: RegisterRequest, isNew: Bool, state: AccountState, in db: Database
    ) throws -> Registered {
        if [.refused, .purged].contains(state), let refusal = state.refusal { throw refusal }
        let account = AccountID(key: request.accountKey)
        return Registered(
            list: try DeviceStore.list(of: account, key: request.accountKey, in: db),
            isNew: isNew, state: state)
    }

    /// How a new account begins: an invite opens it under every policy.
    private func admit(
        _ account: AccountID, _ invite: InviteSecret?, now: UnixTime, in db: Database
    ) throws -> AccountState {
        if let invite {
            try InviteStore.use(invite, for: account, now: now, in: db)
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
        try db.execute(
            """
            INSERT INTO account (id, account_key, created, pin, state)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """,
            [
                account.blob, request.accountKey.blob, now.milliseconds, request.pin,
                state.rawValue,
            ])
        try db.execute(
            "INSERT INTO account_head (account, seq) VALUES (?1, 0)",
            [account.blob])
        let ledger = ServerLedger(account: account, policy: policy.ledger, now: now)
        try LedgerStore(account: account, db: db).save(ledger, over: nil)
    }
}
