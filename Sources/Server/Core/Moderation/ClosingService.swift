public import AtelierProtocol
import Foundation
public import SignedObjects

/// What is left when a service has ended.
public struct ClosingReport: Sendable {
    /// The signed statement, which `GET /v1/closure` answers with from now on.
    public let statement: JWS<ServiceClosure>
    /// The transparency report over the whole life of the service, as JSON.
    public let report: String
    /// Why what was deleted may still lie in the database's files; nil where they were written
    /// anew.
    public let leftover: String?
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
        guard try !Closing.isDone(db) else { throw closed }
    }

    /// The signed statement.
    ///
    /// - Throws: ``ServerError`` of the kind `notFound` while the service goes on.
    func statement() async throws -> ClosureReply {
        guard let text = try await database.read({ db in try Closing.statement(db) }) else {
            throw ServerError.refused(.notFound, detail: "The service goes on.")
        }
        return ClosureReply(statement: text)
    }

    /// What closing deletes and keeps, in numbers; changes nothing.
    ///
    /// - Throws: ``ServerError`` where `name` is no administrator.
    public func preview(reason: String, as name: String) throws -> ServiceClosure {
        let now = clock()
        return try database.read { db in
            try ModeratorStore(db: db).require(.administrator, name)
            return try Closing(db: db, now: now).statement(reason: reason, report: "")
        }
    }

    /// Pauses the service for good, writes its report, deletes what it stores of works, and signs
    /// what was done; all in one transaction. Then the database's files are written anew, so that
    /// nothing of what was deleted is left in them.
    ///
    /// - Throws: ``ServerError`` where `name` is no administrator, or the service is closed.
    public func close(reason: String, message: String, as name: String) throws -> ClosingReport {
        try ModerationService.checkReason(reason)
        let now = clock()
        let (statement, report) = try database.write { db in
            try ModeratorStore(db: db).require(.administrator, name)
            guard try !Closing.isDone(db) else {
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
            try work.finish(statement: statement.compact, report: report)
            try Audit.append(
                "service closed", actor: name, account: nil, reason: reason, detail: message,
                now: now, in: db)
            return (statement, report)
        }
        environment.announceToEverybody()
        return ClosingReport(statement: statement, report: report, leftover: leftover())
    }

    /// The report and the statement of a service that has ended, for whoever could not write them
    /// then; nil while it goes on.
    ///
    /// - Throws: ``ServerError`` where `name` is no administrator.
    public func finished(as name: String) throws -> ClosingReport? {
        try database.read { db in
            try ModeratorStore(db: db).require(.administrator, name)
            guard let (statement, report) = try Closing.documents(db) else { return nil }
            return ClosingReport(
                statement: try JWS(verifying: statement, with: self.publicKey), report: report,
                leftover: nil)
        }
    }

    /// Writes the database's files anew; why that failed, else nil.
    private func leftover() -> String? {
        do {
            try database.rewrite(Closing.purgedTables)
            return nil
        } catch {
            return ServerFailure.explain(error).text
        }
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

    /// Every table that is emptied.
    static let purgedTables = segments + registrations + rights + others

    /// Whether the service has ended.
    static func isDone(_ db: Database) throws -> Bool {
        try db.row("SELECT time FROM closure") != nil
    }

    /// The signed statement and the report; nil while the service goes on.
    static func documents(_ db: Database) throws -> (statement: String, report: String)? {
        try db.row("SELECT statement, report FROM closure").map {
            (try $0["statement"], try $0["report"])
        }
    }

    /// The signed statement; nil while the service goes on.
    static func statement(_ db: Database) throws -> String? {
        try db.value("SELECT statement FROM closure")
    }

    /// Ends the service, for whoever asks from now on.
    func finish(statement: String, report: String) throws {
        try db.execute(
            "INSERT INTO closure (time, statement, report) VALUES (?1, ?2, ?3)",
            [now.milliseconds, statement, report])
    }

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
        for table in Self.purgedTables {
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
