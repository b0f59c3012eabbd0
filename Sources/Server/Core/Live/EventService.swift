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
    func next() async -> Bool {
        await withGracefulShutdownHandler {
            for await _ in watch.wakings { return true }
            return false
        } onGracefulShutdown: {
            watch.finish()
        }
    }
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
        return LiveWatch(watch: try environment.hub.watch(caller.account), caller: caller)
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

/// Wakes those who watch an account when something of it may have changed; what did, they read.
///
/// Wakings are not counted and not queued: one that comes while a watcher is busy with another is
/// the same as one. So a slow reader costs no memory.
final class WatchHub: Sendable {
    private struct State {
        var watchers: [AccountID: [Int: AsyncStream<Void>.Continuation]] = [:]
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
    func watch(_ account: AccountID) throws -> Watch {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = try state.withLock { state in
            guard state.count < limit,
                state.watchers[account]?.count ?? 0 < Limits.watchersPerAccount
            else {
                throw ServerError.refused(
                    .tooMany, detail: "Too many devices watch already. Ask now and then instead.",
                    retryAfter: 60)
            }
            state.nextID += 1
            state.count += 1
            state.watchers[account, default: [:]][state.nextID] = continuation
            return state.nextID
        }
        return Watch(hub: self, account: account, id: id, wakings: stream)
    }

    /// Wakes everybody who watches `account`.
    func wake(_ account: AccountID) {
        state.withLock { state in
            for watcher in (state.watchers[account] ?? [:]).values { watcher.yield() }
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

    fileprivate func finish(_ id: Int, of account: AccountID) {
        state.withLock { $0.watchers[account]?[id]?.finish() }
    }

    fileprivate func end(_ id: Int, of account: AccountID) {
        state.withLock { state in
            guard state.watchers[account]?.removeValue(forKey: id) != nil else { return }
            state.count -= 1
            if state.watchers[account]?.isEmpty == true { state.watchers[account] = nil }
        }
    }
}

/// One watcher's subscription.
final class Watch: Sendable {
    private let hub: WatchHub
    private let account: AccountID
    private let id: Int
    /// An element for every time that something may have changed; ends at ``finish()``.
    let wakings: AsyncStream<Void>

    fileprivate init(
        hub: WatchHub, account: AccountID, id: Int, wakings: AsyncStream<Void>
    ) {
        self.hub = hub
        self.account = account
        self.id = id
        self.wakings = wakings
    }

    /// Resumes the watcher.
    func finish() { hub.finish(id, of: account) }

    deinit { hub.end(id, of: account) }
}
