import ArgumentParser
import AtelierLibrary
import Foundation

/// Everything in plain forms.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write all works and generations as pictures, CSV and JSON into a new folder.")

    @OptionGroup var options: LibraryOptions
    @Argument(help: "The folder to make.", completion: .directory) var folder: FileArgument

    func run() throws {
        let report = try options.open().backup.exportAll(to: try folder.url)
        if options.json { return try JSONOutput.show(report) }
        Terminal.say("\(folder.shown), \(Formatting.count(report.pictures, "picture"))")
        if report.elsewhere > 0 {
            let count = Formatting.count(report.elsewhere, "picture")
            Terminal.note("\(count) on other devices: listed only.")
        }
    }
}
