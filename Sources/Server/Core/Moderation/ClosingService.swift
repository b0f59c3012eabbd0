public import AtelierProtocol
import Foundation
public import SignedObjects

/// What is left when a service has ended.
public struct ClosingReport: Sendable {
    /// The signed statement, which `GET /v1/closure` answers with from now on.
    public let statement: JWS<ServiceClosure>
    /// The transparency report over the whole life of the service, as JSON.
    public let report: String
}

/// Ends the service without loss: artists keep their folders, receipts can be checked, and what the
/// server stored of anybody's works is deleted.
public struct ClosingService: ServerService {
    let environment: ServiceEnvironment

    /// The refusal of a service that has ended.
    static var closed: ServerError {
        .refused(
            .serviceClosed,
            detail: "Works, models and pictures stay on their devices. What was deleted here: GET "
                + "/v1/closure.")
    }

    /// Refuses what would be stored after the end.
    ///
    /// - Throws: ``ServerError`` of the kind `serviceClosed`.
    static func checkOpen(_ db: Database) throws {
        guard try db.row("SELECT time FROM closure") == nil else { throw closed }
    }

    /// The signed statement.
    ///
    /// - Throws: ``ServerError`` of the kind `notFound` while the service goes on.
    func statement() async throws -> ClosureReply {
        let text: String? = try await database.read { db in
            try db.value("SELECT statement FROM closure")
        }
        guard let text else {
            throw ServerError.refused(.notFound, detail: "The service goes on.")
        }
        return ClosureReply(statement: text)
    }

    /// What closing deletes and keeps, in numbers; changes nothing.
    public func preview(reason: String) throws -> ServiceClosure {
        let now = clock()
        return try database.read { db in
            try Closing(db: db, now: now).statement(reason: reason, report: "")
        }
    }

    /// Pauses the service for good, writes its report, deletes what it stores of works, and signs
    /// what was done; all in one transaction.
    ///
    /// - Throws: ``ServerError`` where `name` is no administrator, or the service is closed.
    public func close(reason: String, message: String, as name: String) throws -> ClosingReport {
        try ModerationService.checkReason(reason)
        let now = clock()
        let closing = try database.write { db in
            try ModeratorStore(db: db).require(.administrator, name)
            guard try db.row("SELECT time FROM closure") == nil else {
                throw ServerError.invalidValue(name: "service", reason: "is closed already")
            }
            let work = Closing(db: db, now: now)
            let report = try work.report()
            let statement = try JWS(
                signing: work.statement(reason: reason, report: report), with: self.key)
            try ServiceStore(db: db).add(
                ServicePause(reason: reason, words: message, until: nil), words: message,
                now: now)
            try work.purge()
            try db.execute(
                "INSERT INTO closure (time, statement, report) VALUES (?1, ?2, ?3)",
                [now.milliseconds, statement.compact, report])
            try Audit.append(
                "service closed", actor: name, account: nil, reason: reason, detail: message,
                now: now, in: db)
            return ClosingReport(statement: statement, report: report)
        }
        environment.announceToEverybody()
        return closing
    }
}

/// The end of the service inside one transaction.
private struct Closing {
    let db: Database
    let now: UnixTime

    /// What is deleted, by what it counts as in the statement.
    private static let segments = ["segment", "snapshot_chunk"]
    private static let registrations = ["work_registration", "model_registration"]
    private static let rights = ["reservation", "claim"]
    /// What goes with them.
    private static let others = [
        "model_registration_work", "fingerprint", "claim_picture", "reservation_holder",
        "snapshot", "chain_tip", "key_rotation", "key_request", "device_request", "invite",
    ]

    func statement(reason: String, report: String) throws -> ServiceClosure {
        ServiceClosure(
            reason: reason, segments: try count(Self.segments),
            registrations: try count(Self.registrations), rights: try count(Self.rights),
            receiptsKept: try count(["ledger_receipt"]), report: Digest(of: report), time: now)
    }

    func report() throws -> String {
        let report = try ServiceReport(
            from: UnixTime(milliseconds: 0), to: now + .milliseconds(1), in: db)
        return String(decoding: try CanonicalJSON.encoder.encode(report), as: UTF8.self)
    }

    func purge() throws {
        for table in Self.segments + Self.registrations + Self.rights + Self.others {
            try db.execute("DELETE FROM \(table)")
        }
        try db.execute("UPDATE account SET state = 'closed' WHERE state IN ('open', 'pending')")
        // Sequences stay used: nothing can be stored under an account again.
        try db.execute("UPDATE account_head SET floor = seq")
    }

    private func count(_ tables: [String]) throws -> Int {
        try tables.reduce(0) { sum, table in
            try sum + (db.value("SELECT COUNT(*) FROM \(table)") as Int? ?? 0)
        }
    }
}
