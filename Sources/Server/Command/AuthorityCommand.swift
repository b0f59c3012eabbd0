import ArgumentParser
import AtelierServer

/// `authority rotate`.
struct AuthorityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority",
        abstract: "The certificates with which devices sign pictures.",
        subcommands: [Rotate.self])

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
}
