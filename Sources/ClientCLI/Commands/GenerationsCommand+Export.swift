import ArgumentParser
import AtelierLibrary
import Foundation
import SignedObjects

extension GenerationsCommand {
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a picture to a file; once countersigned, also without the watermark.",
            discussion: """
                PNG and JPEG files say what the picture is and from whose works, in a signed C2PA \
                manifest and in XMP; atelier verify reads it. Export again after a sync to have \
                the server's receipt in the file.
                """)

        /// The formats by the names that artists type.
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case png, jpeg, webp
        }

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The id, or the start or end of it.") var id: String
        @Option(help: "The file to write: .png, .jpg or .webp.", completion: .file())
        var out: FileArgument
        @Option(help: "The format, whatever the name ends in: png, jpeg or webp.")
        var format: Format?
        @OptionGroup var force: ForceOption
        @Flag(help: "Without the watermark; the server must have countersigned.") var noWatermark =
            false
        @OptionGroup var statement: StatementOptions

        func run() throws {
            let library = try options.open()
            var export = ExportOptions()
            export.isClean = noWatermark
            export.format = format.flatMap { ExportOptions.Format(rawValue: $0.rawValue) }
            export.statement = statement.statement
            export.isReplacing = force.force
            let file = try out.url
            _ = try OutputFile(
                file, .picture, as: export.format, replacing: force.force, of: library.folder)
            let line = ProgressLine("drawing")
            defer { line.end() }
            let written = try library.generations.export(
                try library.generationID(id), to: file, export,
                DrawingWatch(progress: { line.show($0) }))
            line.end()
            if options.json {
                return try JSONOutput.show(
                    Exported(
                        generation: written.generation.id.description, file: out.shown,
                        watermark: !noWatermark, signed: written.isSigned,
                        receipt: written.isSigned
                            && written.generation.standing == .countersigned))
            }
            Terminal.say(out.shown)
            if !written.isSigned {
                Terminal.note(
                    "The file carries no signed manifest: WebP files have none, and the server "
                        + "certifies this device with the first sync.")
            }
        }

        private struct Exported: Encodable {
            let generation: String
            let file: String
            let watermark: Bool
            let signed: Bool
            let receipt: Bool
        }
    }
}

/// What the artist wants written into a picture.
struct StatementOptions: ParsableArguments {
    @Flag(help: "Write the titles of works into the file.") var withTitles = false
    @Flag(help: "Allow that models learn from it; without, that is forbidden.")
    var allowTraining = false

    var statement: PictureStatement {
        PictureStatement(hasTitles: withTitles, allowsTraining: allowTraining)
    }
}
