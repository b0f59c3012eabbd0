import ArgumentParser
import AtelierServer

extension AccountsCommand {
    struct Approve: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let an account in that waits (serve --registration approval).")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The account's id, or the beginning of it.")
        var id: String

        func run() throws {
            try Failure.reported(isAct: true) {
                let core = try options.open()
                let account = try IDLookup(core).account(id)
                try core.accounts.approve(account, actor: options.actor)
                try output.show(
                    account, of: core, "is in; its device gets the credits when it syncs")
            }
        }
    }

    struct Refuse: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Refuse an account that waits.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The account's id, or the beginning of it.")
        var id: String
        @Option(help: "Why, for the audit log.")
        var reason = ""

        func run() throws {
            try Failure.reported(isAct: true) {
                let core = try options.open()
                let account = try IDLookup(core).account(id)
                try core.accounts.refuse(account, reason: reason, actor: options.actor)
                try output.show(
                    account, of: core, "is refused; its device is told when it syncs")
            }
        }
    }
}
