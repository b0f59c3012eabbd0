import ArgumentParser
import Foundation

/// Puts load on a server, as artists' devices do.
@main
struct DriveServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drive-server",
        abstract: "Push, settle or watch at a server; what Scripts/benchmark server runs.",
        subcommands: [LoadCommand.self, WatchCommand.self, ProofsCommand.self])
}

/// Which server, and the invites that open accounts there.
struct Target: ParsableArguments {
    @Option(help: "The server's address.")
    var server: String
    @Option(help: "A file with one invite's code a line; as many as accounts are opened.")
    var invites: String

    /// The codes in the file.
    func codes() throws -> [String] {
        try String(contentsOfFile: invites, encoding: .utf8).split(separator: "\n").map(String.init)
    }
}
