import ArgumentParser
import AtelierLibrary
import Foundation

extension WorksCommand {
    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write copies that say, signed, that you made them by hand.",
            discussion: """
                PNG and JPEG works that you added with --mine get a C2PA manifest with your \
                certificate. Pixels and other metadata stay as they are; the works in the library \
                do not change.
                """)

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The ids, or the start or end of each.") var ids: [String]
        @Option(name: .customLong("out"), help: "The folder of the copies.", completion: .directory)
        var folder: FileArgument
        @OptionGroup var force: ForceOption
        @OptionGroup var statement: StatementOptions

        func run() throws {
            let library = try options.open()
            let copies = try library.works.sign(
                try ids.map { try library.workID($0) }, to: try folder.url,
                saying: statement.statement, replacing: force.force)
            if options.json { return try JSONOutput.show(["copies": copies]) }
            for copy in copies { Terminal.say(copy.file) }
        }
    }
}
