import CreditLedger
import SignedObjects

/// What was ordered for the whole service, newest last; every account's ledger takes it over at the
/// account's next contact, before anything else.
struct ServiceStore {
    let db: Database

    /// The pause in force, if any.
    func pause(at now: UnixTime) throws -> ServicePause? {
        let row = try db.row(
            "SELECT kind, reason, words, until FROM service_order ORDER BY id DESC LIMIT 1")
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
            """
            INSERT INTO service_order (time, kind, reason, words, until)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """,
            [
                now.milliseconds, pause == nil ? "resume" : "pause", pause?.reason ?? "", words,
                pause?.until?.milliseconds,
            ])
    }

    /// Brings an account's ledger to where the service stands.
    func apply(to ledger: inout ServerLedger, now: UnixTime, signer: LedgerSigner) throws {
        let wanted = try pause(at: now)
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
struct ServicePause: Equatable, Sendable {
    let reason: String
    let words: String
    let until: UnixTime?
}
