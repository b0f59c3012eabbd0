import AtelierProtocol
import CreditLedger
import ServiceLifecycle
import SignedObjects

/// A device's watch over its account.
struct LiveWatch: Sendable {
    /// Its place in the hub.
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

/// Tells devices where their accounts stand, as it changes.
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

    /// Where the account stands; nil for a device that may not know any more.
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
