import Logging
import ServiceLifecycle
import SignedObjects

/// What is deleted because its time is over: how people without an account are reached.
package struct RetentionService: ServerService {
    let environment: ServiceEnvironment

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
        return try await database.write { db in
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
                    try await core.retention.forgetContacts()
                } catch {
                    logger.warning(
                        "contacts cannot be forgotten now",
                        metadata: ["error": "\(type(of: error))"])
                }
                // Cancelled at shutdown, which is what ends the loop.
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}
