import AtelierProtocol
import CreditLedger
import SignedObjects

/// What the services share: the database, the server's key, the operator's settings, and the clock
/// and randomness, which tests pass in.
struct ServiceEnvironment: Sendable {
    let policy: ServerPolicy
    /// Who acts from a shell, such as `operator ada`; nil where requests are answered.
    let operatorName: String?
    let database: any DatabaseStore
    let metrics: ServerMetrics
    /// Beside a database of one's own; nil for one that several servers share.
    let epochCheckpoint: EpochCheckpoint?
    let hub: WatchHub
    let announcements: Announcements
    let key: SigningKey
    let clock: @Sendable () -> UnixTime
    /// Nil where no clock but the settable one is known.
    let stepGuard: StepGuard?
    /// The time since this machine's start; nil where that is not known.
    let bootTime: @Sendable () -> BootTime?
    let randomBytes: @Sendable (Int) -> [UInt8]

    var auditSigner: AuditSigner { AuditSigner(key: key, randomBytes: randomBytes) }

    /// Wakes those who watch `account` here, and notifies other instances soon.
    func changed(_ account: AccountID) {
        hub.wake(.account(account))
        if database.isShared { announcements.add(.account(account)) }
    }

    /// Wakes those who watch `account`, here and at other instances; for commands, which end soon.
    func announce(_ account: AccountID) {
        hub.wake(.account(account))
        // The act is done; who is not notified now sees it at the next beat.
        try? database.announce(account.description)
    }

    /// Wakes everybody who watches.
    func announceToEverybody() {
        hub.wake(part: 0, of: 1)
        try? database.announce(Self.everybody)
    }

    /// The name that stands for every account in a notification.
    static let everybody = "service"
}

/// A part of the server with tables of its own. It takes ids and values, and prints nothing.
protocol ServerService: Sendable {
    var environment: ServiceEnvironment { get }
}

extension ServerService {
    var policy: ServerPolicy { environment.policy }
    var database: any DatabaseStore { environment.database }
    var metrics: ServerMetrics { environment.metrics }
    var epochCheckpoint: EpochCheckpoint? { environment.epochCheckpoint }
    var stepGuard: StepGuard? { environment.stepGuard }
    var key: SigningKey { environment.key }
    var publicKey: VerifyingKey { key.verifyingKey }
    var signer: LedgerSigner { LedgerSigner(key: key) }
    var randomBytes: @Sendable (Int) -> [UInt8] { environment.randomBytes }

    func clock() -> UnixTime { environment.clock() }
    func bootTime() -> BootTime? { environment.bootTime() }
}
