import ArgumentParser
import AtelierServer

/// `authority rotate` and `authority revoke`.
struct AuthorityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority",
        abstract: "The certificates with which devices sign pictures.",
        subcommands: [Rotate.self, Revoke.self])

    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new root certificate.",
            discussion: """
                Devices get certificates of the new root with their next sync. The roots before \
                stay on the list, so that pictures that were signed with them can be checked.
                """)

        @OptionGroup var options: DataOptions
        @Option(help: "Why, for the audit log.") var reason: String

        func run() throws {
            try Failure.reported {
                let core = try options.open()
                let number = try core.authority.rotate(reason: reason, actor: options.actor)
                Printer.note("root \(number) gives certificates from now on")
            }
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Withdraw a root certificate whose key may be known to others.",
            discussion: """
                Make the next root before. Pictures that were signed with certificates of the \
                withdrawn one no longer count; artists export them again. Clients hear of it with \
                their next sync.
                """)

        @OptionGroup var options: DataOptions
        @Argument(help: "The root's number.") var number: Int
        @Option(help: "Why, for the audit log.") var reason: String

        func run() throws {
            try Failure.reported {
                let core = try options.open()
                try core.authority.revokeRoot(number, reason: reason, actor: options.actor)
                Printer.note("root \(number) is on the list of revocations")
            }
        }
    }
}
