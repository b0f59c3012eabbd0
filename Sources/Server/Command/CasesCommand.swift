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
