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
