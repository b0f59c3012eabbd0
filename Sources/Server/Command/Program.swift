import ArgumentParser
import AtelierProtocol
import AtelierServer
import Foundation

/// The program: parses, calls, prints.
@main
enum Program {
    static func main() async {
        StandardStreams.fill()
        await AtelierServerCommand.main()
    }
}

/// The three descriptors that every program is given, or not.
enum StandardStreams {
    /// Opens `/dev/null` on those that are closed, so that writing to them fails: else the next
    /// file that is opened, such as the database, gets the number, and output is written into it.
    static func fill() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            guard fcntl(descriptor, F_GETFD) < 0, errno == EBADF else { continue }
            // The lowest number that is free, which is this one. What it is open for is the
            // opposite of what it is used for.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}

/// Every command.
struct AtelierServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "atelier-server",
        abstract: "Credits, sync and moderation for a community of artists.",
        discussion: """
            Everything lies in one folder: --data DIR, else $ATELIER_SERVER_DATA, else \
            ./atelier-server-data. Every command works while the server runs.
            """,
        version: Release.version,
        subcommands: [
            ServeCommand.self, InviteCommand.self, AccountsCommand.self, CreditsCommand.self,
            ServiceCommand.self, ModeratorCommand.self, CasesCommand.self, AppealsCommand.self,
            ReservationsCommand.self, RightsCommand.self, AuthorityCommand.self, AuditCommand.self,
            ReportCommand.self,
            EpochCommand.self, BackupCommand.self, RestoreCommand.self,
            DoctorCommand.self, OpenAPICommand.self,
        ]
    )
}

/// `openapi`.
struct OpenAPICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Print the OpenAPI 3.1 document of the routes; `serve` answers with it too.")

    func run() throws {
        try Failure.reported { try Printer.block(try OpenAPI.text(isPretty: true)) }
    }
}

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
