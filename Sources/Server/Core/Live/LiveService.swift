import Logging
import ServiceLifecycle
import SignedObjects
import Synchronization

/// Carries notifications between this program and others that change the same database.
///
/// With PostgreSQL it notifies the other instances and listens to theirs. With a file it polls the
/// audit log, where commands in other programs leave their acts. A notification only wakes: what is
/// missed is seen at the next beat.
struct LiveService: Service {
    /// How long a notification may wait before it is sent.
    static let pause = Duration.milliseconds(100)
    /// Every watcher is woken once in so many beats of a second each.
    static let beats = 15

    let core: ServerCore
    let logger: Logger

    /// Runs until the server stops.
    func run() async throws {
        var feed = Feed(core: core, logger: logger)
        let steps = Int(Duration.seconds(1) / Self.pause)
        var step = 0
        while !Task.isShuttingDownGracefully {
            try await Task.sleep(for: Self.pause)
            await feed.carry()
            step += 1
            if step.isMultiple(of: steps) {
                core.environment.hub.wake(part: step / steps % Self.beats, of: Self.beats)
            }
        }
    }
}

/// Where the notifications of other programs come from.
private struct Feed {
    let core: ServerCore
    let logger: Logger
    private var listener: PostgresConnection?
    private var lastAct: Int64?
    private var isFailing = false

    init(core: ServerCore, logger: Logger) {
        self.core = core
        self.logger = logger
    }

    /// Sends and receives what there is; an unavailable database is asked again the next time.
    mutating func carry() async {
        do {
            if let store = core.postgres {
                try await exchange(with: store)
            } else {
                try await readActs()
            }
            isFailing = false
        } catch {
            listener = nil
            if !isFailing {
                logger.warning("news are late", metadata: ["error": "\(type(of: error))"])
            }
            isFailing = true
        }
    }

    private mutating func exchange(with store: PostgresStore) async throws {
        let topics = core.environment.announcements.take()
        if !topics.isEmpty { try await store.announce(topics.map(\.name)) }
        let wasListening = listener != nil
        let connection = try listener ?? store.listen()
        listener = connection
        // Notifications from before this connection listened were missed.
        if !wasListening { core.environment.hub.wake(part: 0, of: 1) }
        for payload in try connection.notifications() {
            if let topic = WatchTopic(payload) { core.environment.hub.wake(topic) }
            if payload == ServiceEnvironment.everybody { core.environment.hub.wake(part: 0, of: 1) }
        }
    }

    private mutating func readActs() async throws {
        guard core.environment.hub.count > 0 else {
            lastAct = nil
            return
        }
        let known = lastAct
        let rows = try await core.database.read { db in
            try db.rows(
                """
                SELECT id, account, action LIKE 'service %' AS service FROM audit WHERE id > ?1
                UNION ALL SELECT MAX(id), NULL, 0 FROM audit
                """,
                [known ?? Int64.max])
        }
        for row in rows {
            lastAct = try row["id"] as Int64? ?? 0
            if try !row.isNull("account") {
                core.environment.hub.wake(.account(try row.fixed("account")))
            }
            if try row["service"] == 1 { core.environment.hub.wake(part: 0, of: 1) }
        }
        // The last row says how far the log goes; the others are new acts.
        if rows.count > 1 { core.environment.hub.wake(.console) }
        // Acts from before the first poll may be new to those who began to watch meanwhile.
        if known == nil { core.environment.hub.wake(part: 0, of: 1) }
    }
}

/// Topics that other instances were not notified of yet.
final class Announcements: Sendable {
    private let topics = Mutex<Set<WatchTopic>>([])

    /// Notes that something of `topic` changed.
    func add(_ topic: WatchTopic) {
        _ = topics.withLock { $0.insert(topic) }
    }

    /// Takes them all.
    func take() -> Set<WatchTopic> {
        topics.withLock { topics in
            defer { topics = [] }
            return topics
        }
    }
}
