public import Foundation
public import SignedObjects

/// Looks a server over from outside and changes nothing: the server may go on meanwhile.
public struct Doctor: Sendable {
    let folder: URL
    let database: String?
    let now: UnixTime

    /// - Parameters:
    ///   - folder: The server's folder.
    ///   - database: The connection URI of its PostgreSQL database; nil: a file in the folder.
    ///   - now: This machine's clock.
    public init(folder: URL, database: String? = nil, now: UnixTime) {
        self.folder = folder
        self.database = database
        self.now = now
    }

    /// Looks at everything.
    ///
    /// - Throws: ``ServerError/noServer(path:)`` where there is nothing to look at.
    public func examine() throws -> DoctorReport {
        let known = database == nil ? "server.sqlite" : "keys"
        guard access(folder.appendingPathComponent(known).path, F_OK) == 0 else {
            throw ServerError.noServer(path: folder.path)
        }
        var report = DoctorReport()
        report.check("files", examineFiles)
        report.check("disk", examineDisk)
        let store: any DatabaseStore
        do {
            store = try open()
        } catch {
            report.check("database") { $0.add(ServerFailure.explain(error).text) }
            return report
        }
        report.check("database") { $0.add(try examineDatabase(store)) }
        report.check("schema") { try examineSchema(store, &$0) }
        report.check("clock") { try examineClock(store, &$0) }
        report.check("epoch") { try examineEpoch(store, &$0) }
        report.check("authority") { try examineAuthority(store, &$0) }
        report.check("audit") { try examineAudit(store, &$0) }
        report.check("moderators") { try examineModerators(store, &$0) }
        report.check("cases") { try examineCases(store, &$0) }
        report.check("ledger") { try examineLedgers(store, &$0) }
        report.check("segments") { try examineSegments(store, &$0) }
        report.check("snapshots") { try examineSnapshots(store, &$0) }
        return report
    }

    private func open() throws -> any DatabaseStore {
        if let database {
            return try PostgresStore(address: database, connections: 1, isMigrating: false)
        }
        return try SQLiteStore(reading: folder.appendingPathComponent("server.sqlite").path)
    }
}

extension DoctorReport {
    /// Runs one check; one that cannot be finished is a finding too.
    fileprivate mutating func check(_ name: String, _ body: (inout Check) throws -> Void) {
        var check = Check(name: name, note: "", findings: [], further: 0)
        do {
            try body(&check)
        } catch {
            let reason = ServerFailure.explain(error).text
            check.add("This could not be looked at to its end: \(reason)")
        }
        checks.append(check)
    }
}

extension DoctorReport.Check {
    /// One more finding.
    mutating func add(_ finding: String) {
        if findings.count < DoctorReport.findingsPerCheck {
            findings.append(finding)
        } else {
            further += 1
        }
    }

    mutating func add(_ findings: [String]) {
        for finding in findings { add(finding) }
    }
}

/// What `doctor` looked at, and what it found.
public struct DoctorReport: Codable, Sendable {
    /// One check.
    public struct Check: Codable, Sendable {
        /// What: `files`, `database`, `schema`, `epoch`, `ledger`, `moderators`, `cases`,
        /// `segments`, `snapshots`, `authority`, `audit`, `clock` or `disk`.
        public let name: String
        /// What was counted or left out, in words.
        public var note: String
        /// What is wrong, and what to do about it; at most ``DoctorReport/findingsPerCheck``.
        public var findings: [String]
        /// How many more there are.
        public var further: Int
    }

    /// The most findings of a check that are listed one by one.
    public static let findingsPerCheck = 50

    /// In the order in which they were made.
    public var checks: [Check] = []

    /// How many findings there are in all.
    public var count: Int { checks.reduce(0) { $0 + $1.findings.count + $1.further } }
}
