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
            opens it once; run the command again for another browser. The program ends with \
            Ctrl-C, or 10 minutes after the last page was closed.
            """)

    @OptionGroup var options: LibraryOptions
    @Option(help: "The port (default: any free one).") var port: UInt16 = 0
    @Flag(help: "Go on when no page is open.") var stay = false
    @Flag(help: "Print the address and open no browser.") var noBrowser = false

    func run() async throws {
        var settings = Studio.Settings()
        settings.port = Int(clamping: port)
        settings.stays = stay
        let studio = try Studio(
            folder: try options.folder, environment: LibraryEnvironment.system, settings: settings)
        let (json, opens) = (options.json, !noBrowser)
        let folder = try options.folder
        let browser = Browser(folder: folder)
        defer { browser.forget() }
        try await studio.run { shown, opened in
            if json {
                try? JSONOutput.line(["address": shown])
            } else {
                Terminal.say("Atelier is open for you at")
                Terminal.say("  \(shown)")
                Terminal.note("The address works once. Ctrl-C ends the program.")
            }
            if opens { browser.open(opened) }
        }
    }
}

/// The browser of this machine.
private struct Browser {
    /// The file that leads to the page.
    private let file: URL

    init(folder: LibraryFolder) {
        let runtime = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"]
        let place =
            runtime.map { URL(filePath: $0) }
            ?? (folder.holdsLibrary ? folder.root : FileManager.default.temporaryDirectory)
        file = place.appending(
            path: "atelier-\(ProcessInfo.processInfo.processIdentifier).html")
    }

    /// Deletes the file.
    func forget() { try? LibraryFile.remove(file) }

    /// Opens an address.
    ///
    /// The arguments of a program can be read by all users, so that the address is not one: the
    /// browser gets a file that only this user can read, which leads there.
    func open(_ address: String) {
        let variables = ProcessInfo.processInfo.environment
        guard variables["DISPLAY"] != nil || variables["WAYLAND_DISPLAY"] != nil else { return }
        let page = """
            <!doctype html><meta charset=utf-8><title>Atelier</title>
            <meta http-equiv=refresh content="0;url=\(address)"><a href="\(address)">Atelier</a>

            """
        do {
            try LibraryFile.write(Array(page.utf8), to: file, mode: 0o600, replacing: true)
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["xdg-open", file.path(percentEncoded: false)]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
        } catch {
            Terminal.note("No browser could be opened: open the address yourself.")
        }
    }
}
