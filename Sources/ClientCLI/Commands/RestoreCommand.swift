import ArgumentParser
import AtelierLibrary
import Foundation

/// A library from a backup.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restore the library from a backup, into a folder without one.",
        discussion: """
            The first sync fetches the library's credits. Use only one copy of a device from then \
            on: to use the library on two machines, add the second one as a device.
            """)

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The backup.", completion: .file()) var file: FileArgument

    func run() throws {
        let folder = try options.folder
        let report = try BackupService.restore(
            from: try file.url, to: folder,
            environment: LibraryOptions.environment)
        if options.json { return try JSONOutput.show(report) }
        Terminal.say(
            "\(folder.shown), \(Formatting.count(report.files, "file")), "
                + Formatting.bytes(report.bytes))
        Terminal.note("Sync once to fetch the credits: atelier sync.")
    }
}
