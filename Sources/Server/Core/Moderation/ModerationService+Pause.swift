import CreditLedger
public import SignedObjects

extension ModerationService {
    /// Pauses the service for everybody: no leases, no receipts; spends that come are held.
    ///
    /// - Parameters:
    ///   - reason: Stable reason code, such as `maintenance`.
    ///   - until: When it ends by itself; nil: when it is resumed.
    ///   - message: Words to the artists.
    /// - Throws: ``ServerError`` where a value is out of bounds.
    public func pauseService(
        reason: String, until: UnixTime? = nil, message: String = "", actor: String
    ) throws {
        let now = clock()
        if let until, until <= now {
            throw ServerError.invalidValue(name: "until", reason: "must lie in the future")
        }
        try Self.checkReason(reason)
        guard reason.utf8.count <= LedgerLimits.reasonBytes,
            message.utf8.count <= LedgerLimits.textBytes
        else {
            throw ServerError.invalidValue(
                name: "reason or message",
                reason: "is longer than \(LedgerLimits.reasonBytes) and \(LedgerLimits.textBytes) "
                    + "bytes")
        }
        try order(
            ServicePause(reason: reason, words: message, until: until), "service pause",
            message, actor, now)
    }

    /// Ends a pause; held spends are countersigned at each account's next contact.
    ///
    /// - Throws: ``ServerError`` where the service is not paused.
    public func resumeService(message: String = "", actor: String) throws {
        let now = clock()
        let (pause, isClosed) = try database.read { db in
            (
                try ServiceStore(db: db).pause(at: now),
                try db.row("SELECT time FROM closure") != nil
            )
        }
        guard !isClosed else {
            throw ServerError.invalidValue(
                name: "service", reason: "is closed for good: what it stored is deleted")
        }
        guard pause != nil else {
            throw ServerError.invalidValue(name: "service", reason: "is not paused")
        }
        try order(nil, "service resume", message, actor, now)
    }

    /// Whether the service goes on, pauses or has ended.
    package func serviceState() async throws -> ServiceState {
        let now = clock()
        return try await database.read { db in
            let closed: Int64? = try db.value("SELECT time FROM closure")
            return ServiceState(
                pause: try ServiceStore(db: db).pause(at: now),
                closed: closed.map { UnixTime(milliseconds: $0) })
        }
    }

    private func order(
        _ pause: ServicePause?, _ action: String, _ message: String, _ actor: String,
        _ now: UnixTime
    ) throws {
        try database.write { db in
            try ServiceStore(db: db).add(pause, words: message, now: now)
            try Audit.append(
                action, actor: actor, account: nil, reason: pause?.reason ?? "", detail: message,
                now: now, in: db)
        }
        environment.announceToEverybody()
    }
}

/// What was ordered for the whole service, newest last; every account's ledger takes it over at the
/// account's next contact, before anything else.
struct ServiceStore {
    let db: Database

    /// The pause in force, if any.
    func pause(at now: UnixTime) throws -> ServicePause? {
        try Self.pause(db.answers(to: [Self.statement]).first, at: now)
    }

    /// The statement that finds what ``pause(_:at:)`` reads.
    static let statement = SQLStatement(
        "SELECT kind, reason, words, until FROM service_order ORDER BY id DESC LIMIT 1")

    /// The pause in force, if any.
    static func pause(_ answer: SQLAnswer?, at now: UnixTime) throws -> ServicePause? {
        let row = answer?.rows.first
        guard let row, try row["kind"] == "pause" else { return nil }
        let until: Int64? = try row["until"]
        let pause = ServicePause(
            reason: try row["reason"], words: try row["words"],
            until: until.map { UnixTime(milliseconds: $0) })
        if let end = pause.until, end <= now { return nil }
        return pause
    }

    /// Orders a pause, or its end with nil.
    func add(_ pause: ServicePause?, words: String, now: UnixTime) throws {
        try db.execute(
            .insert(
                into: "service_order",
                [
                    "time": now.milliseconds, "kind": pause == nil ? "resume" : "pause",
                    "reason": pause?.reason ?? "", "words": words,
                    "until": pause?.until?.milliseconds,
                ]))
    }

    /// Applies the service's pause, or its end, to an account's ledger.
    static func apply(
        _ wanted: ServicePause?, to ledger: inout ServerLedger, now: UnixTime, signer: LedgerSigner
    ) throws {
        let known = ledger.standing.pause(at: now).map {
            ServicePause(reason: $0.reason, words: $0.text, until: $0.until)
        }
        guard wanted != known else { return }
        if let wanted {
            try ledger.pause(
                reason: wanted.reason, text: wanted.words, until: wanted.until, now: now,
                signer: signer)
        } else {
            try ledger.resume(reason: "resumed", now: now, signer: signer)
        }
    }
}

/// A pause of the whole service.
package struct ServicePause: Equatable, Sendable {
    /// A stable code.
    package let reason: String
    /// Words to the artists.
    package let words: String
    /// When it ends by itself; nil: when it is resumed.
    package let until: UnixTime?
}

/// Whether the service goes on.
package struct ServiceState: Sendable {
    /// The pause in force, if any.
    package let pause: ServicePause?
    /// When the service ended for good, if it did.
    package let closed: UnixTime?
}
