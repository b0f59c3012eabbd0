import ArgumentParser
import AtelierServer
import SignedObjects

/// `service pause | resume`.
struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service",
        abstract: "Pause the service for everybody, resume it, or mend its time.",
        subcommands: [Pause.self, Resume.self, Clock.self])

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
