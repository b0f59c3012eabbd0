import ArgumentParser
import AtelierServer
import SignedObjects

/// `audit`.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Show who did what, or check that nothing was changed.",
        discussion: """
            Each row holds a digest of itself and of the row before; the server's key signs the \
            last one. --verify goes over all of them and prints it: note it elsewhere and give it \
            back with --noted, and entries that were taken from the end show, too. Devices keep \
            the last head they saw; --noted takes it as well.
            """)

    @OptionGroup var options: DataOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Go over the whole log; exit 1 where a row was changed, taken out or put in.")
    var verify = false
    @Option(help: "With --verify: a digest or signed head from before, which must be in the chain.")
    var noted: String?
    @Option(help: "Go on with a log whose end is not signed, after looking into it; why.")
    var accept: String?
    @Option(help: "Only what was done to this account.")
    var account: String?
    @Option(help: "How many rows, from the last.")
    var limit = 100

    func validate() throws {
        guard (1...10_000).contains(limit) else {
            throw ValidationError("--limit lies between 1 and 10,000.")
        }
        guard noted == nil || verify else {
            throw ValidationError("--noted goes with --verify.")
        }
        guard accept == nil || !verify else {
            throw ValidationError("--accept goes without --verify.")
        }
    }

    func run() throws {
        try Failure.reported(isAct: accept != nil) {
            let core = try options.open()
            if verify { return try check(core) }
            if let accept {
                try core.audit.accept(reason: accept, actor: options.actor)
                return try check(core)
            }
            let entries = try core.audit.entries(
                of: account.map { try IDLookup(core).account($0) }, last: limit)
            if output.json { return try Printer.json(["audit": entries.map(AuditView.init)]) }
            for entry in entries {
                let words = [
                    entry.time.rfc3339, entry.actor, entry.action,
                    entry.account?.description ?? "", entry.reason, entry.detail,
                ]
                try Printer.line(words.filter { !$0.isEmpty }.map(\.shown).joined(separator: "  "))
            }
        }
    }

    private func check(_ core: ServerCore) throws {
        let verdict = try core.audit.verify(noted: noted.map { try core.audit.link($0) })
        if output.json {
            try Printer.json(verdict)
        } else {
            try Printer.line("\(verdict.rows) rows hold, head \(verdict.head)")
            if let row = verdict.brokenAt {
                try Printer.line("row \(row) was changed, or a row before it taken out or put in")
            }
            if verdict.isCutShort { try Printer.line("rows at the end are missing") }
            if !verdict.isSigned {
                try Printer.line("the server's key did not sign this end of the log")
            }
            if verdict.holdsNoted == false {
                try Printer.line("the noted digest is not in the chain")
            }
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
