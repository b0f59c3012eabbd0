import ArgumentParser
import AtelierLibrary
import SignedObjects

extension WorksCommand {
    struct Trash: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what was removed and can still come back: works, models, pictures.",
            discussion: "Files of what was removed stay on their device for 30 days.")

        @OptionGroup var options: LibraryOptions

        func run() throws {
            let objects = try options.open().trash.all()
            if options.json { return try JSONOutput.show(["trash": objects]) }
            var table = Table()
            for object in objects {
                table.add(
                    Terminal.dim(object.id.short), object.kind.rawValue, object.name,
                    "until \(Formatting.moment(object.keptUntil))",
                    object.isHere ? "here" : "no file here")
            }
            table.show()
            if objects.isEmpty { Terminal.note("The trash is empty.") }
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a removed work, model or picture back, on all devices.",
            discussion: """
                Models that went with a work are learned again, to the same bytes: \
                atelier models train.
                """)

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The id, or the start or end of it.") var id: String

        func run() throws {
            let library = try options.open()
            let object = try library.trash.restore(try library.trashedID(id))
            if options.json { return try JSONOutput.show(object) }
            Terminal.say("Restored the \(object.kind.rawValue) \"\(object.name)\".")
        }
    }
}
