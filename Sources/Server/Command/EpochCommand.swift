import ArgumentParser
import AtelierServer

/// `epoch raise`.
struct EpochCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "epoch", abstract: "Tell the devices that the server was restored.",
        subcommands: [Raise.self])

    struct Raise: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin a new epoch: every device sends what this server lacks.",
            discussion: """
                Needed once after the whole folder was restored from a backup. A database that \
                was restored or wiped by itself is noticed without it.
                """)

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            try Failure.reported(isAct: true) {
                let epoch = try options.open().epochs.raise(actor: options.actor)
                if output.json { return try Printer.json(["epoch": epoch]) }
                try Printer.line(
                    "epoch \(epoch) begins; devices send what is missing when they sync")
            }
        }
    }
}
