import AtelierProtocol
import CreditLedger
import Logging
import ServiceLifecycle
import SignedObjects

/// What ends because its time is over: how people without an account are reached, requests that
/// nobody decided, and suspensions as far as reservations hang on them.
package struct RetentionService: ServerService {
    let environment: ServiceEnvironment

    /// Does all of it.
    ///
    /// - Throws: ``ServerError`` where the clock cannot be right; the database's errors.
    package func tidy() async throws {
        try await forgetContacts()
        try await endWaiting()
        try await releaseReservations()
    }

    /// Refuses reservations of people without an account that have waited for
    /// ``Limits/pendingTime`` and are in no case that goes on: so nobody fills the queue for good.
    ///
    /// - Returns: How many there were; more may be left for the next time.
    @discardableResult
    package func endWaiting() async throws -> Int {
        let now = clock()
        try stepGuard?.check(now)
        let last = now + (.zero - Limits.pendingTime)
        guard
            try await !database.read({ db in
                try ReservationStore(db: db).waiting(since: last)
            }).isEmpty
        else { return 0 }
        return try await database.write { db in
            let store = ReservationStore(db: db)
            let numbers = try store.waiting(since: last)
            for number in numbers {
                try FingerprintStore(db: db).withdraw(.reservation, owner: number)
                try store.set(
                    .refused, number,
                    words: "No moderator has decided about it in time. You can ask again.",
                    now: now)
            }
            if !numbers.isEmpty {
                try Audit.append(
                    "reservations ended", actor: "server", account: nil, reason: "retention",
                    detail: "\(numbers.count)", now: now, in: db)
            }
            return numbers.count
        }
    }

    /// Puts reservations back on the list whose account's suspension has ended by itself.
    ///
    /// - Returns: How many accounts there were.
    @discardableResult
    package func releaseReservations() async throws -> Int {
        let now = clock()
        try stepGuard?.check(now)
        var (last, count): (AccountID?, Int) = (nil, 0)
        while true {
            let after = last
            let accounts = try await database.read { db in
                try ReservationStore(db: db).heldAccounts(after: after)
            }
            for account in accounts {
                count += try await database.write { db in
                    try db.lock(account)
                    let row = try LedgerStore(account: account, db: db).row(for: nil)
                    guard let row, row.standing.suspension(at: now) == nil else { return 0 }
                    try ReservationStore(db: db).hold(false, of: account)
                    return 1
                }
            }
            guard accounts.count == Limits.forgottenAtOnce, let end = accounts.last else {
                return count
            }
            last = end
        }
    }

    /// Forgets contacts, links and pictures of claims whose cases have all ended, and contacts of
    /// reservations that are all withdrawn or refused, the policy's time ago.
    ///
    /// - Returns: How many claims and holders there were; more may be left for the next time.
    /// - Throws: ``ServerError`` where the clock cannot be right; the database's errors.
    @discardableResult
    package func forgetContacts() async throws -> Int {
        let now = clock()
        // By a clock that ran ahead everything would be over.
        try stepGuard?.check(now)
        let ended = now + (.zero - policy.contactRetention)
        // Looked for while others write.
        let (claims, holders) = try await database.read { db in
            (
                try ClaimStore(db: db).ended(before: ended),
                try HolderStore(db: db).ended(before: ended)
            )
        }
        guard !claims.isEmpty || !holders.isEmpty else { return 0 }
        let count = try await database.write { db in
            // A case may have gone on meanwhile.
            let stillEnded = Set(try ClaimStore(db: db).ended(before: ended))
            for id in claims where stillEnded.contains(id) {
                try ClaimStore(db: db).forgetContact(id)
            }
            for id in holders { try HolderStore(db: db).forgetContact(id) }
            try Audit.append(
                "contacts forgotten", actor: "server", account: nil, reason: "retention",
                detail: "\(claims.count) claims, \(holders.count) holders", now: now, in: db)
            return claims.count + holders.count
        }
        await database.emptyLog()
        return count
    }
}

/// Runs ``RetentionService`` as long as the server runs.
struct RetentionWatch: Service {
    /// How often it looks.
    static let pause = Duration.seconds(3600)

    let core: ServerCore
    let logger: Logger

    /// Runs until the server stops.
    func run() async throws {
        await cancelWhenGracefulShutdown { [core, logger] in
            while !Task.isCancelled {
                do {
                    try await core.retention.tidy()
                } catch {
                    logger.warning(
                        "what is over cannot be ended now",
                        metadata: ["error": "\(type(of: error))"])
                }
                // Cancelled at shutdown, which is what ends the loop.
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}
