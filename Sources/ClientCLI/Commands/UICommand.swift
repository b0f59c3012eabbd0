import ArgumentParser
import AtelierLibrary
import Foundation
import Studio

/// The artist's page.
struct UICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ui", abstract: "Open your library as a page in the browser.",
        discussion: """
            The page is served by this program for this machine and user only. The printed address \
            opens it once; run the command again for another browser. The program ends with Ctrl-C, \
            or 10 minutes after the last page was closed.
            """)

    @OptionGroup var options: LibraryOptions
    @Option(help: "The port (default: any free one).") var port: UInt16 = 0
    @Flag(help: "Go on when no page is open.") var stay = false
    @Flag(help: "Print the address and open no browser.") var noBrowser = false

    func run() async throws {
        var settings = Studio.Settings()
        settings.port = Int(port)
        settings.stays = stay
        let studio = try Studio(
            folder: try options.folder, environment: LibraryEnvironment.system, settings: settings)
        try await studio.run { [json = options.json] address in
            if json {
                try? JSONOutput.line(["address": address])
            } else {
                Terminal.say("Atelier is open at \(address)")
            }
        }
    }
}
