import AtelierProtocol
import CreditLedger
public import SignedObjects

/// The accounts: their opening, what an operator sees of them, and their end.
public struct AccountService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator
    let ledgers: LedgerService
    let cases: CaseService

    /// The accounts whose id begins with `search`, or with a device named so; all where it is
    /// empty.
    public func list(search: String = "") throws -> [AccountSummary] {
        let now = clock()
        let range = HexPrefix(search, of: AccountID.self)
        return try database.read { db in
            try AccountStore(db: db).ids(in: range, orNamed: search).map {
                try self.summary(of: $0, now: now, in: db)
            }
        }
    }

    /// One account.
    public func summary(of account: AccountID) throws -> AccountSummary {
        let now = clock()
        return try database.read { db in try self.summary(of: account, now: now, in: db) }
    }

    /// The accounts whose ids lie between two, in the order of their ids.
    package func ids(
        from first: AccountID, through last: AccountID, limit: Int
    ) throws -> [AccountID] {
        try database.read { db in
            try AccountStore(db: db).ids(from: first, through: last, limit: limit)
        }
    }

    /// Approves an account that waits for approval.
    ///
    /// - Throws: ``ServerError`` where it does not wait.
    public func approve(
        _ account: AccountID, actor: String, as moderator: String? = nil
    ) throws {
        try decide(
            "approve", account, becomes: .open, reason: "", actor: actor, as: moderator)
    }

    /// Refuses an account that waits for approval; its devices get the refusal.
    ///
    /// - Throws: ``ServerError`` where it does not wait.
    public func refuse(
        _ account: AccountID, reason: String, actor: String, as moderator: String? = nil
    ) throws {
        try decide(
            "refuse", account, becomes: .refused, reason: reason, actor: actor, as: moderator)
    }

    private func decide(
        _ action: String, _ account: AccountID, becomes state: AccountState, reason: String,
        actor: String, as moderator: String?
    ) throws {
        let now = clock()
        try database.write { db in
            if let moderator { try ModeratorStore(db: db).require(.moderator, moderator) }
            guard try AccountStore(db: db).decide(account, becomes: state) else {
                throw ServerError.invalidValue(
                    name: "account", reason: "\(account) does not wait for approval")
            }
            try Audit.append(
                action, actor: actor, account: account, reason: reason, detail: "", now: now, in: db
            )
        }
    }

    /// Deletes what an account stored here, permanently.
    ///
    /// Deleted: segments, snapshots, devices with names and keys, waiting devices, sealed library
    /// keys, registrations of works and models. Kept: the account's id, so that nobody gets its
    /// free credits again; its ledger, so that receipts can still be checked and the books balance;
    /// orders, cases and the audit log, so that what was decided can be answered for.
    ///
    /// - Throws: ``ServerError`` where it is purged already.
    public func purge(
        _ account: AccountID, reason: String, actor: String, as moderator: String? = nil
    ) throws -> PurgeReport {
        let now = clock()
        let (report, told) = try database.write { db in
            if let moderator { try ModeratorStore(db: db).require(.administrator, moderator) }
            try db.lock(account)
            let ended = try self.cases.endReservations(of: account, now: now, in: db)
            // Their keys go with the purge, and with them who could sign as the account.
            try RevocationStore(db: db).add(
                try DeviceStore(db: db).devices(of: account).map {
                    RevocationEntry(.purged($0), since: now)
                })
            guard let ledger = try LedgerStore(account: account, db: db).load(),
                let gone = try AccountStore(db: db).purge(account)
            else { throw ServerError.noSuchAccount(account.description) }
            try Audit.append(
                "purge", actor: actor, account: account, reason: reason, detail: "", now: now,
                in: db)
            let report = PurgeReport(
                account: account,
                segments: gone["segment", default: 0] + gone["snapshot_chunk", default: 0],
                devices: gone["device", default: 0], receiptsKept: ledger.receipts.count,
                ordersKept: ledger.standing.serial)
            return (report, ended)
        }
        database.emptyLog()
        for account in Set(told + [account]) { environment.announce(account) }
        return report
    }

    func summary(
        of account: AccountID, now: UnixTime, in db: Database
    ) throws -> AccountSummary {
        let store = LedgerStore(account: account, db: db)
        let ledger = try ledgers.openLedger(of: account, now: now, in: db)
        let accounts = AccountStore(db: db)
        guard let opening = try accounts.opening(of: account) else {
            throw ServerError.noSuchAccount(account.description)
        }
        let devices = try accounts.devices(of: account)
        let segments = try accounts.segments(of: account)
        let suspension = ledger.standing.suspension(at: now)
        return AccountSummary(
            account: account, created: opening.created,
            standing: Self.standing(opening.state, suspension), reason: suspension?.reason,
            until: suspension?.until, devices: devices.filter { !$0.isRevoked }.map(\.name),
            revokedDevices: devices.filter(\.isRevoked).map(\.name),
            lastSeen: devices.map(\.lastSeen).max(), credits: ledger.balance,
            leasedUntil: ledger.currentLeases.map(\.expires).filter { now < $0 }.max(),
            heldSpends: ledger.heldCount, contradictions: try store.contradictionCount(),
            segments: segments.count, segmentBytes: segments.bytes)
    }

    private static func standing(_ state: AccountState, _ suspension: Order?) -> String {
        guard state == .open else { return state.rawValue }
        return suspension == nil ? "active" : "suspended"
    }
}

/// What a purge deleted, and what it kept.
public struct PurgeReport: Codable, Sendable {
    /// The account.
    public let account: AccountID
    /// Sealed segments and chunks of snapshots that were deleted.
    public let segments: Int
    /// Devices that were deleted, with their names and keys.
    public let devices: Int
    /// Receipts that stay: pictures were published with them.
    public let receiptsKept: Int
    /// Orders that stay: what was decided about the account.
    public let ordersKept: Int
}
