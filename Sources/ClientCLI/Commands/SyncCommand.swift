import ArgumentParser
import AtelierLibrary

/// Exchanges with the server once.
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Exchange credits and changes with the server once.")

    @OptionGroup var options: LibraryOptions

    func run() async throws {
        let outcome = try await options.open().sync()
        if options.json {
            try JSONOutput.show(outcome)
        } else {
            tell(outcome)
        }
        guard outcome.standing.state == .good else {
            Terminal.complain(outcome.credits.whyNot)
            throw ExitCode(ExitStatus.refused.rawValue)
        }
    }

    private func tell(_ outcome: SyncOutcome) {
        Terminal.say(
            "sent \(outcome.sent), received \(outcome.received), settled \(outcome.settled)")
        Terminal.say("standing \(outcome.standing.state.rawValue)")
        if outcome.pending > 0 {
            Terminal.say("\(Words.count(outcome.pending, "change")) waiting")
        }
        if outcome.setAside > 0 {
            let count = Words.count(outcome.setAside, "segment")
            Terminal.note("\(count) could not be read yet and are kept for later.")
        }
        guard outcome.standing.state == .good else { return }
        Terminal.say("\(Words.count(outcome.credits.usable, "credit")) on this device")
    }
}
