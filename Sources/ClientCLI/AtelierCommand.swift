import ArgumentParser
import AtelierProtocol

/// The root: names the groups of commands.
struct AtelierCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "atelier",
        abstract: "Teach a style model from your own works; generate offline in that style.",
        discussion: """
            Images, models and sketches never leave this device. Exit codes: 0 done, 1 failed, \
            64 wrong usage, 69 server unreachable, 73 library locked or unwritable, 75 try again \
            later, 77 refused.
            """,
        version: Release.version,
        subcommands: [
            InitCommand.self, JoinCommand.self, RestoreAccountCommand.self, DevicesCommand.self,
            WorksCommand.self,
            ModelsCommand.self, GenerateCommand.self, GenerationsCommand.self,
            CreditsCommand.self, SyncCommand.self, StatusCommand.self, ConflictsCommand.self,
            BundleCommand.self, VerifyCommand.self, BackupCommand.self, RestoreCommand.self,
            DoctorCommand.self, ExportCommand.self,
        ])
}
