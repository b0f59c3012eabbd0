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
            let sync = try options.open().sync
            let bytes = try sync.exportBundle(to: try file.url, replacing: force.force)
            let isOlderKey = try sync.sealsBundlesWithOlderKey()
            if options.json {
                return try JSONOutput.show(
                    Written(file: file.shown, bytes: bytes, isOlderKey: isOlderKey))
            }
            Terminal.say("\(file.shown), \(Formatting.bytes(bytes))")
            if isOlderKey {
                Terminal.note(
                    "It is sealed with an older key, as this device lacks the newest: a device "
                        + "that was revoked could read it. Sync first, or give the file to nobody "
                        + "else.")
            }
        }

        private struct Written: Encodable {
            let file: String
            let bytes: Int
            let isOlderKey: Bool
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
