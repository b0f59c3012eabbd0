import ArgumentParser
import AtelierLibrary
import Foundation

extension WorksCommand {
    struct Protect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write copies that say that no AI may be trained on them.",
            discussion: """
                The mark is XMP (plus:DataMining), which other programs read too. Pixels and other \
                metadata stay as they are; the works in the library do not change. A C2PA \
                manifest is left out, as it would be invalid in the copy.
                """)

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The ids, or the start or end of each.") var ids: [String]
        @Option(name: .customLong("out"), help: "The folder of the copies.", completion: .directory)
        var folder: FileArgument
        @OptionGroup var force: ForceOption

        func run() throws {
            let library = try options.open()
            let copies = try library.works.protect(
                try ids.map { try library.workID($0) }, to: try folder.url,
                replacing: force.force)
            if options.json { return try JSONOutput.show(["copies": copies]) }
            for copy in copies {
                Terminal.say(copy.file)
                guard copy.isWithoutManifest else { continue }
                Terminal.note(
                    "\(copy.file) is without the C2PA manifest of \(copy.work.short): the manifest "
                        + "covers the original's bytes and would be invalid. The original keeps it."
                )
            }
        }
    }
}
