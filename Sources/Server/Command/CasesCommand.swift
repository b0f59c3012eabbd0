import ArgumentParser
import AtelierServer
import CreditLedger
import Foundation
import SignedObjects

/// `cases list | show | close`.
struct CasesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cases", abstract: "See what the ledger found that somebody should look at.",
        discussion: """
            Nobody is punished by a case: an artist who restored a backup looks just the same as \
            one who copied a device.
            """,
        subcommands: [List.self, Show.self, Close.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show open cases, newest first.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Closed ones, too.")
        var all = false

        func run() throws {
            try Failure.reported {
                let cases = try options.open().moderation.cases(all: all)
                if output.json { return try Printer.json(["cases": cases.map(CaseView.init)]) }
                let lines = cases.map { entry in
                    let end = entry.closed == nil ? "open" : "closed"
                    return "\(entry.id)  \(end)  \(entry.kind.rawValue)  \(entry.account)  "
                        + entry.opened.rfc3339
                }
                try Printer.list(
                    lines, none: all ? "No cases." : "No open cases. --all shows closed ones.")
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a case's evidence.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The case's number.")
        var id: Int64

        func run() throws {
            try Failure.reported {
                let file = try options.open().moderation.caseFile(id)
                if output.json { return try Printer.json(CaseView(file)) }
                try Printer.lines(CaseView(file).lines)
            }
        }
    }

    struct Close: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close a case; its evidence stays.")

        @OptionGroup var options: DataOptions
        @Argument(help: "The case's number.")
        var id: Int64
        @Option(help: "What came of it.")
        var note: String

        func run() throws {
            try Failure.reported(isAct: true) {
                try options.open().moderation.closeCase(id, note: note, actor: options.actor)
                try Printer.line("case \(id) is closed")
            }
        }
    }
}

/// A case in output.
struct CaseView: Encodable {
    /// A signed spend in output.
    struct Spend: Encodable {
        let device: DeviceID
        let lease: LeaseID
        let credit, epoch, number: Int
        let journal: JournalID
        let body: Digest
        let time: Moment
        let document: String

        init(_ spend: CaseSpend) {
            (device, lease) = (spend.device, spend.lease)
            (credit, epoch, number) = (spend.credit, spend.epoch, spend.number)
            (journal, body) = (spend.journal, spend.body)
            time = Moment(spend.time)
            document = spend.document
        }

        var line: String {
            "device \(device), journal \(journal) number \(number), lease \(lease), body \(body), "
                + time.time.rfc3339
        }
    }

    /// Two spends that cannot both stand in one journal.
    struct Proof: Encodable {
        let first: Spend
        let second: Spend
    }

    let id: Int64
    let account: AccountID
    let kind: CaseKind
    let opened: Moment
    let closed: Moment?
    let note: String
    let proofs: [Proof]?

    init(_ summary: CaseSummary) {
        self.init(summary, proofs: nil)
    }

    init(_ file: CaseFile) {
        self.init(
            file.summary,
            proofs: file.proofs.map { Proof(first: Spend($0.first), second: Spend($0.second)) })
    }

    private init(_ summary: CaseSummary, proofs: [Proof]?) {
        (id, account, kind) = (summary.id, summary.account, summary.kind)
        opened = Moment(summary.opened)
        closed = Moment(summary.closed)
        note = summary.note
        self.proofs = proofs
    }

    var lines: [String] {
        let end = closed.map { "closed \($0.time.rfc3339) \(note.shown)" } ?? "open"
        let head = [
            "case     \(id), \(end)", "account  \(account)", "opened   \(opened.time.rfc3339)",
            "kind     \(kind.rawValue): \(Self.words(kind))",
        ]
        return head
            + (proofs ?? []).flatMap {
                ["first    \($0.first.line)", "second   \($0.second.line)"]
            }
    }

    private static func words(_ kind: CaseKind) -> String {
        switch kind {
        case .doubleSpend: "one lease was used for two bodies; the second got no receipt"
        case .journalFork: "a journal was copied or set back; both spends count"
        }
    }
}
