import ArgumentParser
import AtelierLibrary

/// Opens the account on a server.
struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Open your account on a server and get the free credits.")

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The server's address, such as https://atelier.example.") var url: String
    @Option(help: "The invite that the operator gave you.") var invite: String

    func run() async throws {
        let library = try options.open()
        let credits = try await library.join(url, invite: invite)
        if options.json { return try JSONOutput.show(credits) }
        Terminal.say("Joined \(url).")
        Terminal.say("\(Words.count(credits.usable, "credit")) on this device.")
        Terminal.say()
        Terminal.say("The server sees: your account and device keys, device names, when you sync,")
        Terminal.say("how much, and a digest of each generation that it countersigns.")
        Terminal.say("It never sees: images, models, sketches, titles, tags or notes.")
    }
}
