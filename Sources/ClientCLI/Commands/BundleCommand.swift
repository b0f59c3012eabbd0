import ArgumentParser
import AtelierLibrary
import Foundation

/// Sync by file.
struct BundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract:
            "Carry the library's entries to another device by a sealed file, without a server.",
        subcommands: [Export.self, Import.self])

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write all entries into a sealed file; pictures are not in it.")

        @OptionGroup var options: LibraryOptions
        @OptionGroup var force: ForceOption
        @Argument(help: "The file to write.", completion: .file()) var file: FileArgument

        func run() throws {
            let bytes = try options.open().sync.exportBundle(
                to: try file.url, replacing: force.force)
            if options.json { return try JSONOutput.show(Written(file: file.shown, bytes: bytes)) }
            Terminal.say("\(file.shown), \(Formatting.bytes(bytes))")
        }

        private struct Written: Encodable {
            let file: String
            let bytes: Int
        }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Merge a sealed file of another device; repeating it changes nothing.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The file to read.", completion: .file()) var file: FileArgument

        func run() throws {
            let changes = try options.open().sync.importBundle(from: try file.url)
            if options.json { return try JSONOutput.show(["received": changes]) }
            Terminal.say("received \(changes)")
        }
    }
}
