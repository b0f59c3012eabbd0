import ArgumentParser
import AtelierLibrary
import SignedObjects

extension WorksCommand {
    struct Trash: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the removed works, models and pictures that can be restored.",
            discussion: "Removed files stay on their device for 30 days.")

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
            abstract: "Restore a removed work, model or picture on all devices.",
            discussion: """
                Models that were removed with a work can be trained again, to the same bytes: \
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

    /// Deletes what is in the trash under an id that is, starts or ends with `text`, for good.
    static func erase(
        _ text: String, in library: Library, _ options: LibraryOptions,
        _ confirmation: ConfirmationOption
    ) throws {
        let id = try library.trashedID(text)
        try confirmation.confirm(
            "Delete \(id.short) in the trash for good?", to: "delete it",
            refusal: "Nothing was deleted.")
        let object = try library.trash.erase(id)
        if options.json { return try JSONOutput.show(object) }
        Terminal.note("Deleted the \(object.kind.rawValue) \"\(object.name)\".")
    }
}
