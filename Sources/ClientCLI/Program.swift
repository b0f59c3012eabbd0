import ArgumentParser
import AtelierLibrary

/// Runs the command and turns every error into words and an exit code.
@main
enum Program {
    static func main() async {
        do {
            var command = try AtelierCommand.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            AtelierCommand.exit(withError: Self.reported(error))
        }
    }

    /// The parser's own errors print themselves; all others are told here.
    private static func reported(_ error: any Error) -> any Error {
        if error is ExitCode || error is CleanExit { return error }
        // Found out while the command ran: the parser would show how to use another command.
        if let error = error as? ValidationError {
            Terminal.complain(error.message)
            return ExitCode(ExitStatus.usage.rawValue)
        }
        let name = String(reflecting: type(of: error))
        if name.hasPrefix("ArgumentParser.") { return error }
        Terminal.complain(ErrorText.of(error))
        return ExitCode(ExitStatus(for: error).rawValue)
    }
}
