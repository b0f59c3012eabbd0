import ArgumentParser
import AtelierLibrary
import Foundation

/// The whole library in one file.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write the whole library, keys and all, into one tar file.",
        discussion: """
            Whoever has the file has the library's keys: keep it as safe as the recovery phrase.
            """)

    @OptionGroup var options: LibraryOptions
    @OptionGroup var force: ForceOption
    @Argument(help: "The file to write.", completion: .file()) var file: FileArgument

    func run() throws {
        let report = try options.open().backup.write(to: try file.url, replacing: force.force)
        if options.json { return try JSONOutput.show(report) }
        let size = Formatting.bytes(report.bytes)
        Terminal.say("\(file.shown), \(Formatting.count(report.files, "file")), \(size)")
        Terminal.note("It holds your keys: keep it as safe as the recovery phrase.")
    }
}
