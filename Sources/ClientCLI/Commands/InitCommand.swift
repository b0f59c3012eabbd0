import ArgumentParser
import AtelierLibrary
import Foundation
import SignedObjects

/// Makes a library.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a library; works offline.")

    @OptionGroup var options: LibraryOptions
    @Option(help: "A name for this device (default: the machine's name).") var deviceName: String?

    func run() throws {
        // The library exists only once its phrase was written.
        _ = try Library.make(in: try options.folder, deviceName: deviceName) { new in
            try show(new)
            try StandardOutput.settle(durably: true)
        }
    }

    private func show(_ new: NewLibrary) throws {
        let home = new.folder.shown
        if options.json {
            return try JSONOutput.show(
                Made(
                    home: home, account: new.account.description,
                    device: new.device.description, deviceName: new.deviceName,
                    recoveryPhrase: new.phrase.words))
        }
        Terminal.say("Your library is in \(home).")
        Terminal.say()
        Terminal.say(Terminal.strong("Your recovery phrase. Write it on paper now:"))
        Terminal.say("it is shown only this once, and not stored.")
        Terminal.say()
        var table = Table()
        for row in 0..<6 {
            let cells = (0..<4).map { column in
                let index = column * 6 + row
                let number = index + 1 < 10 ? " \(index + 1)" : "\(index + 1)"
                return "\(number) \(new.phrase.words[index])"
            }
            table.add("  " + cells[0], cells[1], cells[2], cells[3])
        }
        table.show()
        Terminal.say()
        Terminal.say("Next: atelier works add FILE --mine")
        Terminal.say("      atelier join URL --invite CODE")
    }

    private struct Made: Encodable {
        let home: String
        let account: String
        let device: String
        let deviceName: String
        let recoveryPhrase: [String]
    }
}

/// Opens the account on a server.
struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Open your account on a server and get the free credits.")

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The server's address, such as https://atelier.example.") var url: String
    @Option(help: "The operator's invite.") var invite: String?
    @Option(help: "The fingerprint of the server's key, to check it without an invite.")
    var fingerprint: String?

    func run() async throws {
        let library = try options.open()
        let credits = try await library.account.join(url, invite: invite, fingerprint: fingerprint)
        if invite == nil, fingerprint == nil, let shown = library.account.serverFingerprint {
            Terminal.note(
                "The server's key was not checked. Compare its fingerprint with the operator's: "
                    + shown)
        }
        if options.json { return try JSONOutput.show(credits) }
        Terminal.say("Joined \(url).")
        Terminal.say("\(Formatting.count(credits.usable, "credit")) on this device.")
        Terminal.say()
        Terminal.say("The server sees: your account and device keys, device names, when you sync,")
        Terminal.say("how much, and a digest of each generation that it countersigns. Of works")
        Terminal.say("that models learned from: hashes and a fingerprint, by which it can tell")
        Terminal.say("whether a picture that it is shown is one of them, and at most guess a blur.")
        Terminal.say("It never sees: pictures, models, sketches, titles, tags or notes.")
    }
}

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
