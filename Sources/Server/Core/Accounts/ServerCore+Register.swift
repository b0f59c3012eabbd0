import AtelierProtocol
import CreditLedger
import SignedObjects

extension ServerCore {
    /// Opens an account with its first device; true where it is new, false where this is a repeat.
    func register(
        _ request: RegisterRequest, _ incoming: IncomingRequest
    ) async throws -> (list: DeviceList, isNew: Bool) {
        try await countGuest(incoming)
        let certificate = try Self.certificate(request.certificate, key: request.accountKey)
        let account = certificate.payload.account
        let device = certificate.payload.device
        try checkPin(request.pin, key: request.accountKey)
        let accounts = Rate.Count(
            bucket: "accounts \(incoming.sender)", limit: policy.accountsPerAddress, window: .day)
        return try await asGuest(incoming, key: certificate.payload.deviceKey) { db, now in
            let exists = try db.row("SELECT 1 FROM account WHERE id = ?1", [account.blob])
            let owner = try DeviceStore.account(of: device, in: db)
            if exists != nil, owner == account {
                return (try DeviceStore.list(of: account, key: request.accountKey, in: db), false)
            }
            guard exists == nil, owner == nil else {
                throw ServerError.refused(
                    .accountExists,
                    detail: "The account or device is known already. Ask to join it as a device.")
            }
            try Rate.count([accounts], now: now, in: db)
            try InviteStore.use(request.invite, for: account, now: now, in: db)
            try self.open(account, key: request.accountKey, pin: request.pin, now: now, in: db)
            try DeviceStore.add(certificate, now: now, in: db)
            return (try DeviceStore.list(of: account, key: request.accountKey, in: db), true)
        }
    }

    private func open(
        _ account: AccountID, key: VerifyingKey, pin: String, now: UnixTime, in db: Database
    ) throws {
        try db.execute(
            "INSERT INTO account (id, account_key, created, pin) VALUES (?1, ?2, ?3, ?4)",
            [account.blob, key.blob, now.milliseconds, pin])
        try db.execute(
            "INSERT INTO account_head (account, seq) VALUES (?1, 0)",
            [account.blob])
        let ledger = ServerLedger(account: account, policy: policy.ledger, now: now)
        try LedgerStore(account: account, db: db).save(ledger, over: nil)
    }
}
