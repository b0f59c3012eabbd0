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
            "Carry the library to another device by a sealed file or folder, without a server.",
        subcommands: [Export.self, Import.self])

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write all entries into a sealed file; with --pictures files, into a folder.",
            discussion: """
                With --pictures the folder gets the entries and the sealed files of works, models \
                and generations, so that the other device can train and draw. Repeat it to go on \
                after an interruption, or to add what is new.
                """)

        @OptionGroup var options: LibraryOptions
        @OptionGroup var force: ForceOption
        @Flag(help: "Write a folder with the files, too.") var pictures = false
        @Option(
            name: .customLong("work"),
            help: "With --pictures: only the file of this work; may be repeated.")
        var works: [String] = []
        @Argument(help: "The file or folder to write.", completion: .file()) var file: FileArgument

        func validate() throws {
            guard works.isEmpty || pictures else {
                throw ValidationError("--work goes with --pictures.")
            }
        }

        func run() throws {
            if pictures { return try writeFolder() }
            let sync = try options.open().sync
            let bytes = try sync.exportBundle(to: try file.url, replacing: force.force)
            let isOlderKey = try sync.sealsBundlesWithOlderKey()
            if options.json {
                return try JSONOutput.show(
                    Written(file: file.shown, bytes: bytes, isOlderKey: isOlderKey))
            }
            Terminal.say("\(file.shown), \(Formatting.bytes(bytes))")
            if isOlderKey { noteOlderKey() }
        }

        private func writeFolder() throws {
            let library = try options.open()
            let chosen = works.isEmpty ? nil : try works.map { try library.workID($0) }
            let line = ProgressLine("sealing")
            let interrupt = Interrupt()
            let report = try library.sync.exportFolder(
                to: try file.url, works: chosen,
                CarryingWatch(progress: { line.show($0) }, isCancelled: { interrupt.isSet }))
            line.end()
            try BundleCommand.tell(report, file, options)
            if !options.json, try library.sync.sealsBundlesWithOlderKey() { noteOlderKey() }
            try BundleCommand.end(report)
        }

        private func noteOlderKey() {
            Terminal.note(
                "It is sealed with an older key, as this device lacks the newest: a device "
                    + "that was revoked could read it. Sync first, or give it to nobody else.")
        }

        private struct Written: Encodable {
            let file: String
            let bytes: Int
            let isOlderKey: Bool
        }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Merge a sealed file or folder of another device; repeating it changes nothing.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The file or folder to read.", completion: .file()) var file: FileArgument

        func run() throws {
            let (place, sync) = (try file.url, try options.open().sync)
            if LibraryFile.isFolder(place) { return try readFolder(place, sync) }
            let changes = try sync.importBundle(from: place)
            if options.json { return try JSONOutput.show(["received": changes]) }
            Terminal.say("received \(changes)")
        }

        private func readFolder(_ place: URL, _ sync: SyncService) throws {
            let line = ProgressLine("opening")
            let interrupt = Interrupt()
            let report = try sync.importFolder(
                from: place,
                CarryingWatch(progress: { line.show($0) }, isCancelled: { interrupt.isSet }))
            line.end()
            try BundleCommand.tell(report, file, options)
            try BundleCommand.end(report)
        }
    }

    private static func tell(
        _ report: CarriedReport, _ folder: FileArgument, _ options: LibraryOptions
    ) throws {
        if options.json { return try JSONOutput.show(report) }
        if let received = report.received { Terminal.say("received \(received)") }
        let files = Formatting.count(report.files, "file")
        Terminal.say("\(folder.shown): \(files), \(Formatting.bytes(report.bytes))")
        if report.alreadyThere > 0 { Terminal.say("\(report.alreadyThere) there already") }
        if report.elsewhere > 0 {
            Terminal.note(
                "\(Formatting.count(report.elsewhere, "file")) only on other devices: export "
                    + "there, too.")
        }
        for problem in report.problems { Terminal.note(problem) }
        if !report.isComplete { Terminal.note("Stopped. Repeat the command to go on.") }
    }

    private static func end(_ report: CarriedReport) throws {
        if !report.problems.isEmpty || !report.isComplete { throw ExitStatus.failed.code }
    }
}
