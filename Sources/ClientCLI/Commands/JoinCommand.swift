import ArgumentParser
import AtelierLibrary

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
        Terminal.say("how much, and a digest of each generation that it countersigns.")
        Terminal.say("It never sees: pictures, models, sketches, titles, tags or notes.")
    }
}
