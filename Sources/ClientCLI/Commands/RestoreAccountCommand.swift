import ArgumentParser
import AtelierLibrary
import SignedObjects

/// Brings an account to a new machine by its recovery phrase.
struct RestoreAccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore-account",
        abstract: "On a new device: restore your account by its recovery phrase.",
        discussion: """
            Reads the 24 words from standard input, in one line or several; capitals do not \
            matter, and the numbers that init showed may precede them. Then atelier sync fetches \
            the library. Pictures are only on the devices that made them.
            """)

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The server's address, such as https://atelier.example.") var url: String
    @Option(help: "A name for this device (default: the machine's name).") var deviceName: String?

    func run() async throws {
        if Terminal.canAsk { Terminal.note("Type the 24 words, then Return:") }
        let library = try await Library.restoringAccount(
            in: try options.folder, server: url, phrase: try RecoveryPhrase(words()),
            deviceName: deviceName, environment: LibraryOptions.environment)
        let account = library.account.id?.description ?? ""
        if options.json {
            return try JSONOutput.show(
                Restored(account: account, device: library.device.description))
        }
        Terminal.say("The account \(account) is on this machine.")
        Terminal.say("Next: atelier sync")
    }

    /// As many lines as the words take.
    private func words() -> String {
        var text = ""
        while RecoveryPhrase.wordCount(in: text) < RecoveryPhrase.wordCount,
            text.utf8.count < 4096, let line = readLine()
        {
            text += line + " "
        }
        return text
    }

    private struct Restored: Encodable {
        let account: String
        let device: String
    }
}
