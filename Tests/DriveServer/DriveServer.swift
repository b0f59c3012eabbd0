import ArgumentParser

/// Puts load on a server, as artists' devices do.
@main
struct DriveServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drive-server",
        abstract: "Push, settle or watch at a server; what Scripts/benchmark server runs.",
        subcommands: [LoadCommand.self, WatchCommand.self])
}

/// Which server, and the invites that open accounts there.
struct Target: ParsableArguments {
    @Option(help: "The server's address.")
    var server: String
    @Option(help: "A file with one invite's code a line; as many as accounts are opened.")
    var invites: String
}
