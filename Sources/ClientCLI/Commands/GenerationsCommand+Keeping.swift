import ArgumentParser
import AtelierLibrary
import SignedObjects

extension GenerationsCommand {
    struct Rate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Rate a picture; 0 removes the rating.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The id, or the start or end of it.") var id: String
        @Argument(help: "1 to 5, or 0.") var rating: Int

        func run() throws {
            let library = try options.open()
            let rated = try library.generations.rate(try library.generationID(id), rating)
            if options.json { return try JSONOutput.show(rated) }
            Terminal.say("\(rated.id.short) rated \(rated.rating)")
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a generation on all devices. Its credit stays spent.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The id, or the start or end of it.") var id: String
        @OptionGroup var ending: ForGoodOption
        @Flag(help: "Do not ask.") var yes = false

        func run() throws {
            let library = try options.open(freesRoom: true)
            let made = try library.generations.generation(try library.generationID(id))
            if !yes {
                guard Terminal.canAsk else {
                    throw ValidationError("There is no terminal to ask: add --yes to remove it.")
                }
                let name = "\(made.modelName), seed \(made.seed)"
                guard Terminal.confirms("Remove \(made.id.short) (\(name)) on all devices?") else {
                    Terminal.note("Nothing was removed.")
                    throw ExitStatus.failed.code
                }
            }
            let removed = try library.generations.remove(
                made.id, forGood: ending.isForGood)
            if options.json { return try JSONOutput.show(removed) }
            Terminal.note("Removed \(removed.id.short). Generating the same again costs nothing.")
        }
    }
}
