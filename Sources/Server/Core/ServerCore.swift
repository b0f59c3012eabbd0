import AtelierProtocol
import CreditLedger
public import Foundation
package import SignedObjects
import SystemSupport

/// The server's rules over its data folder; several programs may have one folder open at once.
public final class ServerCore: Sendable {
    /// What the operator has set.
    public let policy: ServerPolicy
    let database: any DatabaseStore
    /// The database where several servers may share it, for what only it can do.
    let postgres: PostgresStore?
    let metrics = Metrics()
    /// Beside a database of one's own; nil for one that several servers share.
    let epochMark: EpochMark?
    let sweeper = Sweeper()
    let excesses = ExcessMemory()
    let callers = CallerCache(limit: Limits.cachedCallers)
    let connections: ConnectionTable
    let bodies: BodyBudget
    let hub: WatchHub
    let announcements = Announcements()
    let key: SigningKey
    let clock: @Sendable () -> UnixTime
    /// Nil where no clock but the settable one is known.
    let stepGuard: StepGuard?
    /// The time since this machine's start; nil where that is not known.
    let bootTime: @Sendable () -> BootTime?
    let randomBytes: @Sendable (Int) -> [UInt8]

    /// Opens `folder`, which holds the server's key and, where no other is named, its database.
    ///
    /// - Parameters:
    ///   - database: The connection URI of a PostgreSQL database that several servers may share;
    ///     nil: a file of SQLite in `folder`.
    ///   - isNewAllowed: Whether to make the folder, its database and its key where they are
    ///     missing, as the first start does; a mistyped folder would look like an empty server.
    /// - Throws: ``ServerError/noServer(path:)``, ``ServerError/unusableFolder(path:reason:)``,
    ///   ``ServerError/otherKey(path:)``.
    public convenience init(
        folder: URL, database: String? = nil, policy: ServerPolicy = ServerPolicy(),
        isNewAllowed: Bool
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
            folder: folder, database: database, policy: policy,
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
        clock: @escaping @Sendable () -> UnixTime,
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
        key = try ServerKey.open(in: keys)
        let signer = AuditSigner(key: key, randomBytes: randomBytes)
        if let database {
            let store = try PostgresStore(
                address: database, connections: policy.databaseConnections,
                onStatement: onStatement)
            postgres = store
            self.database = AuditedStore(
                base: MeasuredStore(base: store, metrics: metrics), signer: signer)
            epochMark = nil
        } else {
            postgres = nil
            self.database = AuditedStore(
                base: MeasuredStore(
                    base: try SQLiteStore(
                        path: folder.appendingPathComponent("server.sqlite").path,
                        onStatement: onStatement),
                    metrics: metrics),
                signer: signer)
            epochMark = try EpochMark(folder.appendingPathComponent("server.epoch"))
        }
        self.policy = policy
        hub = WatchHub(limit: policy.watchers)
        connections = ConnectionTable(policy)
        bodies = BodyBudget(
            bytes: policy.connections.bodyBytes, perSender: policy.connections.bodiesPerSender)
        self.clock = clock
        stepGuard = monotonic.map { StepGuard(at: clock(), monotonic: $0) }
        self.bootTime = bootTime
        self.randomBytes = randomBytes
        try checkKey(folder)
        try checkEpoch()
        try beginAudit()
    }

    /// Names the key that clients pin; artists who join without an invite compare it.
    public var fingerprint: String { ServerFingerprint(key: publicKey).description }

    /// The key that clients pin.
    package var publicKey: VerifyingKey { key.verifyingKey }

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

    var signer: LedgerSigner { LedgerSigner(key: key) }

    func randomLeaseID() -> LeaseID {
        LeaseID(checked: randomBytes(LeaseID.byteCount))
    }

    /// What the server says of itself to anybody.
    func describe() async throws -> ServerDescription {
        let epoch = try await epoch()
        return ServerDescription(
            key: publicKey, epoch: epoch, time: clock(), freeCredits: policy.ledger.freeCredits,
            leaseSeconds: Int(policy.ledger.lease.components.seconds),
            registration: policy.registration)
    }
}
