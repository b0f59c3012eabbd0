import ArgumentParser
import AtelierLibrary
import Foundation
import SignedObjects

/// The generated pictures.
struct GenerationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generations", abstract: "List, show, export, rate and remove pictures.",
        subcommands: [
            List.self, Show.self, Export.self, Map.self, Rate.self, Remove.self,
        ])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the generations.")

        @OptionGroup var options: LibraryOptions

        func run() throws {
            let library = try options.open()
            let withheld = try library.withheldReceipts()
            let generations = withheld.marking(try library.generations.all())
            if options.json { return try JSONOutput.show(["generations": generations]) }
            var table = Table()
            for made in generations {
                table.add(
                    Terminal.dim(made.id.short), made.modelName,
                    "seed \(made.seed)\(GenerationsCommand.kind(of: made))",
                    "\(made.width) × \(made.height)",
                    GenerationsCommand.standing(of: made, withheld),
                    Formatting.place(made.file, made.deviceName),
                    made.isSourceWithdrawn ? "source withdrawn" : "")
            }
            table.show()
            if generations.isEmpty {
                Terminal.note("No generations yet: atelier generate --model NAME")
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one generation.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The id, or the start or end of it.") var id: String

        func run() throws {
            let library = try options.open()
            let withheld = try library.withheldReceipts()
            let made = try library.generations.generation(try library.generationID(id))
            if options.json {
                return try JSONOutput.show(withheld.marking([made]).first ?? made)
            }
            let titles = Dictionary(
                try library.works.all().map { ($0.id, $0.title) }, uniquingKeysWith: { $1 })
            var table = Table()
            table.add("id", made.id.description)
            table.add("model", made.modelName)
            table.add("seed", "\(made.seed)")
            table.add("picture", "\(made.width) × \(made.height)")
            table.add("made", "\(Formatting.moment(made.createdAt)) on \(made.deviceName)")
            if made.drafts > 0, made.draft == 0 {
                table.add("sheet", "\(made.drafts) drafts")
            } else {
                table.add("origin", Formatting.origin(of: made))
            }
            let figure = try Formatting.figure(of: made, in: library)
            if !figure.isEmpty { table.add("figure", figure) }
            table.add("receipt", GenerationsCommand.standing(of: made, withheld))
            table.add("file", made.file ?? "on \(made.deviceName)")
            for source in made.sources {
                let share = Int(rounding: source.share * 100)
                let title = titles[source.work] ?? "a removed work"
                table.add("source", "\(share) % \(title)")
            }
            table.show()
        }
    }

    struct Map: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw a map that shows from which work each region comes.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The id, or the start or end of it.") var id: String
        @Option(help: "The file to write: .png, .jpg or .webp.", completion: .file())
        var out: FileArgument
        @OptionGroup var force: ForceOption

        func run() throws {
            let library = try options.open()
            let file = try out.url
            _ = try OutputFile(
                file, .picture, replacing: force.force, of: library.folder)
            let line = ProgressLine("drawing")
            defer { line.end() }
            let legend = try library.generations.writeSourceMap(
                of: try library.generationID(id), to: file, replacing: force.force,
                DrawingWatch(progress: { line.show($0) }))
            line.end()
            if options.json {
                return try JSONOutput.show(Drawn(file: out.shown, legend: legend))
            }
            let titles = Dictionary(
                try library.works.all().map { ($0.id, $0.title) }, uniquingKeysWith: { $1 })
            var table = Table()
            for entry in legend {
                let share = Int(rounding: entry.share * 100)
                table.add(
                    entry.color, "\(share) %", titles[entry.work] ?? "a removed work")
            }
            table.show()
            Terminal.say(out.shown)
        }

        private struct Drawn: Encodable {
            let file: String
            let legend: [SourceColor]
        }
    }

    /// What a list says of sheets and of what was drawn from them; they share model and seed.
    static func kind(of generation: Generation) -> String {
        guard generation.drafts > 0 else { return "" }
        return generation.draft > 0
            ? ", draft \(generation.draft)" : ", \(generation.drafts) drafts"
    }

    static func standing(of generation: Generation, _ withheld: WithheldReceipts) -> String {
        let held = withheld.marking([generation]).first?.withheldIn
        if let held { return Formatting.withheld(held, withheld) }
        return switch generation.standing {
        case .countersigned: "countersigned"
        case .waiting: "waiting for sync"
        case .refused: "refused (\(generation.refusal))"
        }
    }
}

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
        @OptionGroup var confirmation: ConfirmationOption

        func run() throws {
            let library = try options.open(freesRoom: true)
            let made = try library.generations.generation(try library.generationID(id))
            try confirmation.confirm(
                "Remove \(made.id.short) (\(made.modelName), seed \(made.seed)) on all devices?",
                to: "remove it")
            let removed = try library.generations.remove(
                made.id, forGood: ending.isForGood)
            if options.json { return try JSONOutput.show(removed) }
            Terminal.note("Removed \(removed.id.short). Generating the same again costs nothing.")
        }
    }
}
