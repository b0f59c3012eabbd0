import ArgumentParser
import AtelierServer
import SignedObjects

/// `audit`.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Show who did what, or check that nothing was changed.",
        discussion: """
            Each row holds a digest of itself and of the row before. --verify goes over all of \
            them and prints the last digest: note it elsewhere and give it back with --noted, and \
            a log that somebody wrote anew shows, too.
            """)

    @OptionGroup var options: DataOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Go over the whole log; exit 1 where a row was changed, taken out or put in.")
    var verify = false
    @Option(help: "With --verify: a digest that was printed before and must be in the chain.")
    var noted: String?
    @Option(help: "Only what was done to this account.")
    var account: String?
    @Option(help: "How many rows, from the last.")
    var limit = 100

    func validate() throws {
        guard (1...10_000).contains(limit) else {
            throw ValidationError("--limit lies between 1 and 10,000.")
        }
        guard noted == nil || verify && noted.flatMap({ Digest(hex: $0.lowercased()) }) != nil
        else {
            throw ValidationError("--noted goes with --verify and is a digest, 64 digits.")
        }
    }

    func run() throws {
        try Failure.reported {
            let core = try options.open()
            if verify { return try check(core) }
            let entries = try core.auditEntries(
                of: account.map { try core.account($0) }, last: limit)
            if output.json { return try Printer.json(["audit": entries.map(AuditView.init)]) }
            for entry in entries {
                let words = [
                    entry.time.rfc3339, entry.actor, entry.action,
                    entry.account?.description ?? "", entry.reason, entry.detail,
                ]
                Printer.line(words.filter { !$0.isEmpty }.map(\.shown).joined(separator: "  "))
            }
        }
    }

    private func check(_ core: ServerCore) throws {
        let verdict = try core.verifyAudit(noted: noted.flatMap { Digest(hex: $0.lowercased()) })
        if output.json {
            try Printer.json(verdict)
        } else {
            Printer.line("\(verdict.rows) rows hold, head \(verdict.head)")
            if let row = verdict.brokenAt {
                Printer.line("row \(row) was changed, or a row before it taken out or put in")
            }
            if verdict.isCutShort { Printer.line("rows at the end are missing") }
            if verdict.holdsNoted == false { Printer.line("the noted digest is not in the chain") }
        }
        guard verdict.holds else { throw ExitCode(1) }
    }
}

/// A row of the audit log in JSON output.
struct AuditView: Encodable {
    let id: Int64
    let time: Moment
    let actor, action: String
    let account: AccountID?
    let reason, detail: String

    init(_ entry: AuditEntry) {
        id = entry.id
        time = Moment(entry.time)
        (actor, action, account) = (entry.actor, entry.action, entry.account)
        (reason, detail) = (entry.reason, entry.detail)
    }
}
