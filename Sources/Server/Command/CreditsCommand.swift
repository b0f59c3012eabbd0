import ArgumentParser
import AtelierServer
import CreditLedger

/// `credits grant`.
struct CreditsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credits", abstract: "Give an account more credits.",
        subcommands: [Grant.self])

    struct Grant: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give credits; the devices fetch them at their next contact.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The account's id, or the beginning of it.")
        var id: String
        @Argument(help: "How many.")
        var count: Int
        @Option(help: "A stable code, such as lost-device.")
        var reason: String

        func validate() throws {
            guard count >= 1 else {
                throw ValidationError("Say how many credits to give: 1 or more, not \(count).")
            }
        }

        func run() throws {
            try Failure.reported(isAct: true) {
                let core = try options.open()
                let account = try IDLookup(core).account(id)
                try core.moderation.grant(
                    account, credits: count, reason: reason, actor: options.actor)
                let summary = try core.accounts.summary(of: account)
                if output.json { return try Printer.json(AccountView(summary)) }
                try Printer.line("\(account) was given \(count), \(summary.credits.granted) in all")
            }
        }
    }
}
