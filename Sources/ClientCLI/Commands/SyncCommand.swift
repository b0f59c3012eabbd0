import ArgumentParser
import AtelierLibrary

/// Exchanges with the server, once or for as long as it runs.
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Exchange credits and changes with the server.",
        discussion: """
            With --watch it runs until Ctrl-C: changes of this device are sent, those of other \
            devices arrive, and a suspension is known within a second.
            """)

    @OptionGroup var options: LibraryOptions
    @Flag(help: "Keep running, and sync whenever there is something new.")
    var watch = false

    func run() async throws {
        if watch { return try await stay() }
        let outcome = try await options.open().sync.run()
        if options.json {
            try JSONOutput.show(outcome)
        } else {
            tell(outcome)
        }
        complain(outcome)
        guard outcome.standing.state == .good else {
            throw ExitStatus.refused.code
        }
    }

    /// With `--json` each outcome is one line.
    private func stay() async throws {
        let library = try options.open()
        let json = options.json
        if !json { Terminal.note("Watching. Ctrl-C ends it; nothing is lost.") }
        try await library.sync.watch { result in
            switch result {
            case .success(let outcome) where json: try? JSONOutput.line(outcome)
            case .success(let outcome):
                self.tell(outcome)
                self.complain(outcome)
            case .failure(let error): Terminal.complain("\(Failure(error).message) Trying again.")
            }
            Program.endIfUnheard()
        }
    }

    private func complain(_ outcome: SyncOutcome) {
        for doubt in outcome.doubts { Terminal.complain(doubt.text.adding(doubt.nextStep)) }
        guard outcome.standing.state != .good else { return }
        Terminal.complain(outcome.credits.whyNotHint)
    }

    private func tell(_ outcome: SyncOutcome) {
        Terminal.say(
            "sent \(outcome.sent), received \(outcome.received), settled \(outcome.settled)")
        Terminal.say("standing \(outcome.standing.state.rawValue)")
        for message in outcome.messages { Terminal.say("From the operator: \(message)") }
        for letter in outcome.letters {
            let words = letter.text.isEmpty ? "." : ": \(letter.text)"
            Terminal.say("Case \(letter.number), \(letter.title)\(words)")
            if letter.canAppeal { Terminal.note("To appeal: atelier appeal \(letter.number) TEXT") }
            Terminal.note("All of it: atelier cases show \(letter.number)")
        }
        if outcome.pending > 0 {
            Terminal.say("\(Formatting.count(outcome.pending, "change")) waiting")
        }
        if outcome.setAside > 0 {
            let count = Formatting.count(outcome.setAside, "segment")
            Terminal.note("\(count) cannot be read yet; kept for later.")
        }
        for held in outcome.credits.heldBecause {
            Terminal.say("\(Formatting.count(held.count, "generation")) held \(held.text)")
        }
        if outcome.refused > 0 {
            let count = Formatting.count(outcome.refused, "generation")
            Terminal.note("\(count) refused by the server for good. See: atelier generations list")
        }
        guard outcome.standing.state == .good else { return }
        Terminal.say("\(Formatting.count(outcome.credits.usable, "credit")) on this device")
    }
}
