package import AtelierProtocol
import CreditLedger
public import Foundation
package import SignedObjects
import SystemSupport

/// The server over its data folder, as its services; several programs may have one folder open at
/// once.
public final class ServerCore: ServerService {
    let environment: ServiceEnvironment
    private let folder: URL
    /// The database where several servers may share it, for what only it can do.
    let postgres: PostgresStore?
    let connections: ConnectionTable
    let bodies: BodyBudget
    let requests: RequestAuthenticator
    /// Opening, seeing and ending accounts.
    public let accounts: AccountService
    /// The invites by which accounts are opened.
    public let invites: InviteService
    let devices: DeviceService
    /// What models were made of, and how receipts stand.
    package let registrations: RegistrationService
    /// The community's authority, which certifies devices for signing pictures.
    public let authority: AuthorityService
    let segments: SegmentService
    let snapshots: SnapshotService
    /// The accounts' ledgers.
    package let ledgers: LedgerService
    /// What moderators decide.
    public let moderation: ModerationService
    /// Cases, their sides and what was decided.
    public let cases: CaseService
    /// Works that nobody else may train on.
    public let reservations: ReservationService
    /// Inquiries and claims of people without an account.
    public let claims: ClaimService
    /// Cases as files for authorities.
    public let evidence: EvidenceService
    /// What is deleted because its time is over.
    package let retention: RetentionService
    /// The end of the service.
    public let closing: ClosingService
    /// Who may decide, and their sessions.
    public let moderators: ModeratorService
    /// By what they sign in.
    package let passkeys: PasskeyService
    /// The audit log.
    public let audit: AuditService
    /// The server's epoch.
    public let epochs: EpochService
    /// This machine's clock.
    public let time: TimeService
    let events: EventService

    /// What the operator has set.
    public var policy: ServerPolicy { environment.policy }

    /// Opens `folder`, which holds the server's key and, where no other is named, its database.
    ///
    /// - Parameters:
    ///   - database: The connection URI of a PostgreSQL database that several servers may share;
    ///     nil: a file of SQLite in `folder`.
    ///   - operatorName: Who acts from a shell; nil where requests are answered.
    ///   - isNewAllowed: Whether to make the folder, its database and its key where they are
    ///     missing, as the first start does; a mistyped folder would look like an empty server.
    /// - Throws: ``ServerError/noServer(path:)``, ``ServerError/unusableFolder(path:reason:)``,
    ///   ``ServerError/otherKey(path:)``.
    public convenience init(
        folder: URL, database: String? = nil, policy: ServerPolicy = ServerPolicy(),
        operatorName: String? = nil, isNewAllowed: Bool
    ) throws {
        let known = database == nil ? "server.sqlite" : "keys"
        let path = folder.appendingPathComponent(known).path
        guard isNewAllowed || access(path, F_OK) == 0 else {
            // A server of another user's is no missing one.
            throw errno == EACCES
                ? ServerError.unusableFolder(path: folder.path, reason: "permission denied")
                : ServerError.noServer(path: folder.path)
        }
        try self.init(
            folder: folder, database: database, policy: policy, operatorName: operatorName,
            clock: {
                UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            },
            randomBytes: SecureRandom.bytes,
            monotonic: { [start = ContinuousClock.now] in ContinuousClock.now - start },
            bootTime: { BootTime.present })
    }

    /// Opens `folder` with clock and randomness passed in, and a trace of what is asked of the
    /// database.
    package init(
        folder: URL, database: String? = nil, policy: ServerPolicy,
        operatorName: String? = nil, clock: @escaping @Sendable () -> UnixTime,
        randomBytes: @escaping @Sendable (Int) -> [UInt8],
        monotonic: (@Sendable () -> Duration)? = nil,
        bootTime: @escaping @Sendable () -> BootTime? = { nil }, onStatement: StatementTrace? = nil
    ) throws {
        let keys = folder.appendingPathComponent("keys")
        do {
            try FileManager.default.createDirectory(
                at: keys, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw ServerError.unusableFolder(path: folder.path, reason: error.localizedDescription)
        }
        self.folder = folder
        let key = try ServerKey.open(in: keys)
        let metrics = ServerMetrics()
        let base = try Self.store(in: folder, database, policy, onStatement)
        postgres = base as? PostgresStore
        let news = News(hub: WatchHub(limit: policy.watchers), announcements: Announcements())
        environment = ServiceEnvironment(
            policy: policy, operatorName: operatorName,
            database: AuditedStore(
                base: MeasuredStore(base: base, metrics: metrics),
                signer: AuditSigner(key: key, randomBytes: randomBytes), news: news),
            metrics: metrics,
            epochCheckpoint: postgres == nil
                ? try EpochCheckpoint(folder.appendingPathComponent("server.epoch")) : nil,
            hub: news.hub, announcements: news.announcements, key: key, clock: clock,
            stepGuard: monotonic.map {
                StepGuard(at: clock(), monotonic: $0, metrics: metrics)
            },
            bootTime: bootTime, randomBytes: randomBytes)
        connections = ConnectionTable(policy, metrics: metrics)
        bodies = BodyBudget(
            bytes: policy.connections.bodyBytes, perSender: policy.connections.bodiesPerSender)
        requests = RequestAuthenticator(environment, limiter: RateLimiter(environment))
        ledgers = LedgerService(
            environment: environment, requests: requests)
        cases = CaseService(environment: environment, requests: requests, ledgers: ledgers)
        accounts = AccountService(
            environment: environment, requests: requests, ledgers: ledgers, cases: cases)
        invites = InviteService(environment: environment)
        devices = DeviceService(environment: environment, requests: requests, ledgers: ledgers)
        authority = AuthorityService(environment: environment, requests: requests)
        segments = SegmentService(environment: environment, requests: requests)
        snapshots = SnapshotService(environment: environment, requests: requests)
        moderation = ModerationService(environment: environment, ledgers: ledgers)
        registrations = RegistrationService(
            environment: environment, requests: requests, cases: cases)
        reservations = ReservationService(
            environment: environment, requests: requests, cases: cases)
        evidence = EvidenceService(environment: environment)
        retention = RetentionService(environment: environment)
        closing = ClosingService(environment: environment)
        claims = ClaimService(environment: environment, requests: requests, cases: cases)
        moderators = ModeratorService(environment: environment)
        passkeys = PasskeyService(
            environment: environment, requests: requests, moderators: moderators)
        audit = AuditService(environment: environment, requests: requests)
        epochs = EpochService(environment: environment)
        time = TimeService(environment: environment)
        events = EventService(environment: environment, requests: requests)
        try checkKey(folder)
        try epochs.check()
        try audit.begin()
        try authority.begin()
    }

    /// The database: the one that is named, or a file in `folder`.
    private static func store(
        in folder: URL, _ database: String?, _ policy: ServerPolicy,
        _ onStatement: StatementTrace?
    ) throws -> any DatabaseStore {
        guard let database else {
            return try SQLiteStore(
                path: folder.appendingPathComponent("server.sqlite").path,
                onStatement: onStatement)
        }
        return try PostgresStore(
            address: database, connections: policy.databaseConnections,
            onStatement: onStatement)
    }

    /// Names the key that clients pin; artists who join without an invite compare it.
    public var fingerprint: String { ServerFingerprint(key: publicKey).description }

    /// The key that clients pin.
    package var publicKey: VerifyingKey { environment.key.verifyingKey }

    /// Servers that share a database share the key: a receipt of one holds with every other.
    private func checkKey(_ folder: URL) throws {
        let key = publicKey.blob
        let known: Data? = try database.write { db in
            try db.execute(
                """
                INSERT INTO identity (name, value) VALUES ('key', ?1)
                ON CONFLICT (name) DO NOTHING
                """,
                [key])
            return try db.value("SELECT value FROM identity WHERE name = 'key'")
        }
        guard known == key else { throw ServerError.otherKey(path: folder.path) }
    }

    /// The server's description, for anybody.
    package func describe() async throws -> ServerDescription {
        let epoch = try await epochs.present()
        return ServerDescription(
            key: publicKey, epoch: epoch, time: clock(), freeCredits: policy.ledger.freeCredits,
            leaseSeconds: Int(policy.ledger.lease.components.seconds),
            registration: policy.registration)
    }
}

extension ServerCore {
    /// Whether requests can be answered: the database answers, and what devices send has room.
    ///
    /// Each request of a device is noted, so that none can be answered where nothing can be
    /// written. The room of a database elsewhere is not known here.
    ///
    /// - Throws: ``ServerError`` of the kind `unavailable`; the database's errors.
    func checkReady() async throws {
        _ = try await epochs.present()
        if postgres == nil { try Self.checkRoom(free: DiskRoom(at: folder)?.free) }
    }

    /// - Parameter free: Bytes; nil where that is not known, which is accepted.
    package static func checkRoom(free: Int?) throws {
        guard let free, free < Limits.leastWritableBytes else { return }
        throw ServerError.refused(
            .unavailable, detail: "The server's disk is full. Its operator has to make room.",
            retryAfter: Limits.fullDiskRetry)
    }

    /// Whether a transaction is on the disk when its reply is sent, as far as this program decides
    /// that: with PostgreSQL the database's own settings do.
    package func commitsWaitForDisk() throws -> Bool {
        try database.write { db in
            guard db.kind == .sqlite else {
                let setting: String? = try db.value("SELECT current_setting('synchronous_commit')")
                return setting != "off"
            }
            // FULL is 2, EXTRA 3.
            let level: Int? = try db.value("PRAGMA synchronous")
            return level ?? 0 >= 2
        }
    }
}
