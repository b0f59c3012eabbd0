import ArgumentParser
import AtelierServer
import SignedObjects

extension AccountsCommand {
    struct Purge: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take away what an account stored here, for good.",
            discussion: """
                Gone: sealed segments and snapshots, devices with their names and keys. Stays: the \
                account's id, so that nobody gets its free credits again; receipts, so that \
                pictures can still be checked; orders, cases and the audit log. Devices keep what \
                they hold.
                """)

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The account's whole id.")
        var id: String
        @Option(help: "Why, for the audit log, such as asked-by-owner.")
        var reason: String
        @Flag(help: "Do it; there is no way back.")
        var yes = false

        func validate() throws {
            guard yes else {
                throw ValidationError("There is no way back: say --yes to purge \(id).")
            }
            guard AccountID(hex: id.lowercased()) != nil else {
                throw ValidationError("Give the account's whole id, 32 digits.")
            }
        }

        func run() throws {
            try Failure.reported(isAct: true) {
                let core = try options.open()
                let report = try core.accounts.purge(
                    IDLookup(core).account(id), reason: reason, actor: options.actor)
                if output.json { return try Printer.json(report) }
                try Printer.line("\(report.account) is purged")
                try Printer.line(
                    "gone   \(report.segments) sealed parts, \(report.devices) devices")
                try Printer.line(
                    "stays  the id; \(report.receiptsKept) receipts; \(report.ordersKept) orders; "
                        + "cases and the audit log")
            }
        }
    }
}
