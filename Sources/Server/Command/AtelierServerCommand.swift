import ArgumentParser
import AtelierProtocol

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
            ServiceCommand.self, ModeratorCommand.self, CasesCommand.self, AuditCommand.self,
            ReportCommand.self, EpochCommand.self, BackupCommand.self, RestoreCommand.self,
            DoctorCommand.self, OpenAPICommand.self,
        ]
    )
}
