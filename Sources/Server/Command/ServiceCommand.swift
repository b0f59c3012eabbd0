import ArgumentParser
import AtelierProtocol
import AtelierServer
import Foundation
import SignedObjects

/// `service pause | resume | clock | close`.
struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service",
        abstract: "Pause the service for everybody, resume it, mend its time, or end it.",
        subcommands: [Pause.self, Resume.self, Clock.self, Close.self])

    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lend no credits and sign no receipts, from the next request on.",
            discussion: """
                Spends that come are held and get their receipts afterwards; sync goes on. Devices \
                stop generating at their next contact; one that stays offline can use the credits \
                it holds.
                """)

        @OptionGroup var options: DataOptions
        @Option(help: "A stable code, such as maintenance.")
        var reason: String
        @Option(help: "When it ends by itself: RFC 3339, or a time from now such as 2h.")
        var until: Until?
        @Option(help: "Words to the artists.")
        var message = ""

        func run() throws {
            try Failure.reported(isAct: true) {
                let end = until?.moment
                try options.open().moderation.pauseService(
                    reason: reason, until: end, message: message, actor: options.actor)
                try Printer.line("the service is paused\(end.map { " until \($0.rfc3339)" } ?? "")")
            }
        }
    }

    struct Clock: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that this machine's clock is right, and mend what a wrong one left.",
            discussion: """
                Set this machine's clock right first. Then a server starts that was off for long \
                or whose clock was set, and ledgers and leases that are dated ahead come back to \
                the present. No credit is freed by it, so that none is lent twice: one that was \
                lent meanwhile comes back when it is used, given back or its lease ends.
                """)

        @OptionGroup var options: DataOptions
        @Option(help: "A stable code, such as clock-was-wrong.")
        var reason: String

        func run() throws {
            try Failure.reported(isAct: true) {
                let repair = try options.open().time.trust(
                    reason: reason, actor: options.actor)
                let last = repair.last.map { "; the last time before was \($0.rfc3339)" } ?? ""
                try Printer.line("taken for right: \(repair.now.rfc3339)\(last)")
                try Printer.line(
                    "brought back to the present: \(Printer.count(repair.ledgers, "ledger")), "
                        + "\(Printer.count(repair.leases, "lease"))")
            }
        }
    }

    struct Close: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End the service for good: report, deletion, a signed statement.",
            discussion: """
                Gone: sealed segments and snapshots, registrations, reservations, claims, invites. \
                Stays: receipts, so that pictures can still be checked, orders, cases and the \
                audit log. Once ended, the same command writes the report and the statement again. \
                Artists keep their folders. Devices are told by `service-closed`, and anybody \
                reads the statement at /v1/closure as long as the server runs.
                """)

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "A stable code, such as end-of-service.")
        var reason: String
        @Option(help: "Words for the audit log.")
        var message = ""
        @Option(name: .customLong("as"), help: "The administrator who acts.")
        var administrator: String
        @Option(help: "A folder for the report and the statement; neither may be there.")
        var out: String
        @Flag(help: "Do it; there is no way back. Without it the numbers are shown.")
        var yes = false

        func run() throws {
            try Failure.reported(isAct: yes) {
                let closing = try options.open().closing
                guard yes else {
                    let statement = try closing.preview(reason: reason, as: administrator)
                    try show(statement)
                    return Printer.note("Nothing was changed. There is no way back: --yes does it.")
                }
                let folder = URL(fileURLWithPath: out, isDirectory: true)
                let files = ["report.json", "closure.jws"].map(folder.appendingPathComponent)
                try EvidenceFile.checkMissing(files)
                // There is no way back: that the files can be written is known before.
                try EvidenceFile.prepare(folder)
                let report =
                    try closing.finished(as: administrator)
                    ?? closing.close(reason: reason, message: message, as: administrator)
                try EvidenceFile.write(Array(report.report.utf8), to: files[0])
                try EvidenceFile.write(Array(report.statement.compact.utf8), to: files[1])
                try show(report.statement.payload)
                Printer.note(
                    report.leftover.map {
                        "What was deleted may still lie in the database's files: \($0)"
                    }
                        ?? "The database's files were written anew. Backups and, with PostgreSQL, "
                        + "its archived log hold what was deleted until you delete them.")
            }
        }

        private func show(_ statement: ServiceClosure) throws {
            if output.json { return try Printer.json(ClosureView(statement)) }
            let state = yes ? "gone" : "goes"
            try Printer.line(
                "\(state)   \(Printer.count(statement.segments, "sealed part")), "
                    + "\(Printer.count(statement.registrations, "registration")), "
                    + "\(Printer.count(statement.rights, "reservation or claim"))")
            try Printer.line(
                "stays  \(Printer.count(statement.receiptsKept, "receipt")); orders, cases and the "
                    + "audit log")
        }
    }

    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End the pause.")

        @OptionGroup var options: DataOptions
        @Option(help: "Words for the audit log.")
        var message = ""

        func run() throws {
            try Failure.reported(isAct: true) {
                try options.open().moderation.resumeService(message: message, actor: options.actor)
                try Printer.line("the service goes on; held spends get their receipts")
            }
        }
    }
}

/// The end of a service in output.
private struct ClosureView: Encodable {
    let reason: String
    let segments, registrations, rights, receiptsKept: Int
    let report: Digest
    let time: Moment

    init(_ statement: ServiceClosure) {
        (reason, segments) = (statement.reason, statement.segments)
        (registrations, rights) = (statement.registrations, statement.rights)
        (receiptsKept, report) = (statement.receiptsKept, statement.report)
        time = Moment(statement.time)
    }
}
