import ArgumentParser
import AtelierLibrary
import AtelierProtocol
import Dispatch
import Foundation
import Synchronization

/// Runs the command and turns every error into words and an exit code.
@main
enum Program {
    static func main() async {
        StandardOutput.reserve()
        do {
            var command = try AtelierCommand.parseAsRoot(ProgramArguments.all)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            try StandardOutput.settle()
        } catch {
            end(with: reported(error))
        }
    }

    /// Ends a command that goes on by itself once nobody gets what it says.
    static func endIfUnheard() {
        do {
            try StandardOutput.settle()
        } catch {
            end(with: reported(error))
        }
    }

    /// Ends as the parser would, but notices where help or a version does not arrive.
    private static func end(with error: any Error) -> Never {
        let code = AtelierCommand.exitCode(for: error).rawValue
        let text = error is ExitCode ? "" : AtelierCommand.fullMessage(for: error)
        if code == 0 {
            if !text.isEmpty { Terminal.say(text) }
            endIfUnheard()
            exit(0)
        }
        if !text.isEmpty { Terminal.note(text) }
        exit(code)
    }

    /// The parser's own errors have their words; all others are told here.
    private static func reported(_ error: any Error) -> any Error {
        if error is ExitCode || error is CleanExit { return error }
        if let failure = error as? OutputFailure {
            if !failure.isReaderGone { Terminal.complain("\(failure)") }
            return ExitStatus.failed.code
        }
        // Found out while the command ran: the parser would show how to use another command.
        if let error = error as? ValidationError {
            Terminal.complain(error.message)
            return ExitStatus.usage.code
        }
        let name = String(reflecting: type(of: error))
        if name.hasPrefix("ArgumentParser.") { return error }
        Terminal.complain(Failure(error).message)
        return ExitStatus(for: error).code
    }
}

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
            CasesCommand.self, AppealCommand.self, FingerprintCommand.self,
            BundleCommand.self, VerifyCommand.self, CredentialsCommand.self, BackupCommand.self,
            RestoreCommand.self,
            DoctorCommand.self, ExportCommand.self, UICommand.self,
        ])
}

/// Ctrl-C as a flag that the drawing asks for; a second Ctrl-C ends the process at once.
final class Interrupt: Sendable {
    private let flag = Atomic(false)

    init() {
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler { [self] in
            // The handler holds its source, which so lives as long as the process.
            withExtendedLifetime(source) {
                // Whatever is cut off there, the journal has the credit.
                if flag.exchange(true, ordering: .relaxed) { _exit(130) }
            }
        }
        source.resume()
    }

    var isSet: Bool { flag.load(ordering: .relaxed) }
}
