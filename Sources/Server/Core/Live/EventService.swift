import AtelierProtocol
import CreditLedger
import ServiceLifecycle
import SignedObjects
import Synchronization

/// A device's watch over its account.
struct LiveWatch: Sendable {
    /// Its subscription.
    let watch: Watch
    /// Who watches.
    let caller: Caller

    /// Waits until something may have changed; false when the server stops.
    func next() async -> Bool { await watch.next() }
}

/// Streams the state of accounts to their devices, as it changes.
struct EventService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator

    /// Lets the caller watch its account.
    func watch(_ incoming: IncomingRequest) async throws -> LiveWatch {
        let caller = try await requests.authorized(incoming) { db, caller, now in
            caller
        }
        return LiveWatch(watch: try environment.hub.watch(.account(caller.account)), caller: caller)
    }

    /// The account's state; nil for a device that was revoked meanwhile.
    func standing(of caller: Caller, after last: AccountEvent?) async throws -> AccountEvent? {
        let now = clock()
        return try await database.read { db in
            let row = try db.row(
                """
                SELECT seq, (SELECT serial FROM ledger WHERE account = ?1) AS serial,
                (SELECT MAX(id) FROM service_order) AS service
                FROM account_head WHERE account = ?1
                """,
                [caller.account.blob])
            guard let row else { return nil }
            let event = AccountEvent(
                head: try row["seq"], serial: try row["serial"],
                epoch: try EpochCheckpoint.Reading(of: db).epoch, service: try row["service"])
            guard event.serial != last?.serial else { return event }
            let ledger = try LedgerStore(account: caller.account, db: db).row(for: caller.device)
            if case .revoked? = ledger?.standing.obstacle(for: caller.device, at: now) {
                return nil
            }
            return event
        }
    }
}

/// What can be watched.
enum WatchTopic: Hashable, Sendable {
    /// One account.
    case account(AccountID)
    /// What moderators see: cases, and what was done.
    case console

    /// The form in notifications of other instances.
    var name: String {
        switch self {
        case .account(let account): account.description
        case .console: Self.consoleName
        }
    }

    /// Nil for what names no topic.
    init?(_ name: String) {
        if name == Self.consoleName {
            self = .console
        } else if let account = AccountID(hex: name) {
            self = .account(account)
        } else {
            return nil
        }
    }

    /// The most that watch it at a time.
    fileprivate var limit: Int {
        self == .console ? Limits.consoleWatchers : Limits.watchersPerAccount
    }

    private static let consoleName = "console"
}

/// Wakes those who watch a topic when something of it may have changed; what did, they read.
///
/// Wakings are not counted and not queued: one that comes while a watcher is busy with another is
/// the same as one. So a slow reader costs no memory.
final class WatchHub: Sendable {
    private struct State {
        var watchers: [WatchTopic: [Int: AsyncStream<Void>.Continuation]] = [:]
        var count = 0
        var nextID = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: The most watchers at a time, of all accounts.
    init(limit: Int) {
        self.limit = limit
    }

    /// How many watch.
    var count: Int { state.withLock { $0.count } }

    /// Begins to watch; it ends with the value's life.
    ///
    /// - Throws: ``ServerError`` where too many watch already.
    func watch(_ topic: WatchTopic) throws -> Watch {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = try state.withLock { state in
            guard state.count < limit,
                state.watchers[topic]?.count ?? 0 < topic.limit
            else {
                throw ServerError.refused(
                    .tooMany, detail: "Too many devices watch already. Ask now and then instead.",
                    retryAfter: 60)
            }
            state.nextID += 1
            state.count += 1
            state.watchers[topic, default: [:]][state.nextID] = continuation
            return state.nextID
        }
        return Watch(hub: self, topic: topic, id: id, wakings: stream)
    }

    /// Wakes everybody who watches `topic`.
    func wake(_ topic: WatchTopic) {
        state.withLock { state in
            for watcher in (state.watchers[topic] ?? [:]).values { watcher.yield() }
        }
    }

    /// Wakes every watcher whose turn it is: one of `parts` in each call, all after as many.
    func wake(part: Int, of parts: Int) {
        state.withLock { state in
            for watchers in state.watchers.values {
                for (id, watcher) in watchers where id % parts == part { watcher.yield() }
            }
        }
    }

    fileprivate func finish(_ id: Int, of topic: WatchTopic) {
        state.withLock { $0.watchers[topic]?[id]?.finish() }
    }

    fileprivate func end(_ id: Int, of topic: WatchTopic) {
        state.withLock { state in
            guard state.watchers[topic]?.removeValue(forKey: id) != nil else { return }
            state.count -= 1
            if state.watchers[topic]?.isEmpty == true { state.watchers[topic] = nil }
        }
    }
}

/// One watcher's subscription.
final class Watch: Sendable {
    private let hub: WatchHub
    private let topic: WatchTopic
    private let id: Int
    /// An element for every time that something may have changed; ends at ``finish()``.
    let wakings: AsyncStream<Void>

    fileprivate init(
        hub: WatchHub, topic: WatchTopic, id: Int, wakings: AsyncStream<Void>
    ) {
        self.hub = hub
        self.topic = topic
        self.id = id
        self.wakings = wakings
    }

    /// Resumes the watcher.
    func finish() { hub.finish(id, of: topic) }

    /// Waits until something may have changed; false when the server stops.
    func next() async -> Bool {
        await withGracefulShutdownHandler {
            for await _ in wakings { return true }
            return false
        } onGracefulShutdown: {
            self.finish()
        }
    }

    deinit { hub.end(id, of: topic) }
}
