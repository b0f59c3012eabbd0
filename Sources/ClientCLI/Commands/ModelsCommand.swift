import ArgumentParser
import AtelierLibrary
import Foundation
import SignedObjects

/// The style models.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Train, list, show, compare and remove style models.",
        subcommands: [Train.self, List.self, Show.self, Compare.self, Remove.self])

    struct Train: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Train a style model from works on this device; works offline.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "A name for the model.") var name: String
        @Flag(help: "Learn from all works on this device.") var all = false
        @Option(help: "Learn from the works with this tag.") var tag: String?
        @Option(name: .customLong("work"), help: "Learn from this work; may be repeated.")
        var works: [String] = []
        @Option(
            name: .customLong("without-work"),
            help: "With --all or --tag: not from this work; may be repeated.")
        var leftOut: [String] = []

        func validate() throws {
            guard leftOut.isEmpty || works.isEmpty else {
                throw ValidationError("--without-work goes with --all and --tag.")
            }
            let choices = (all ? 1 : 0) + (tag == nil ? 0 : 1) + (works.isEmpty ? 0 : 1)
            guard choices == 1 else {
                throw ValidationError("Choose what to learn from: --all, --tag T or --work ID.")
            }
        }

        func run() throws {
            let library = try options.open()
            let choice: WorkChoice =
                if let tag { .tagged(tag) } else if all { .all } else {
                    .chosen(try works.map { try library.workID($0) })
                }
            let line = ProgressLine("learning")
            let trained = try library.styles.train(
                name, from: choice, without: Set(try leftOut.map { try library.workID($0) })
            ) { line.show($0) }
            line.end()
            if options.json { return try JSONOutput.show(trained) }
            try ModelsCommand.tell(trained.model, library)
            if trained.leftOut > 0 {
                let count = Formatting.count(trained.leftOut, "work")
                Terminal.note("\(count) left out: their files are on other devices.")
            }
            for work in trained.tooSmall {
                Terminal.note(
                    "\(work.id.short) \(work.title) left out: \(work.width) × \(work.height) "
                        + "pixels are too small to learn from.")
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the models.")

        @OptionGroup var options: LibraryOptions

        func run() throws {
            let library = try options.open()
            let withheld = try library.withheldReceipts()
            let models = withheld.marking(try library.styles.all())
            if options.json { return try JSONOutput.show(["models": models]) }
            var table = Table()
            for model in models {
                table.add(
                    Terminal.dim(model.id.short), model.name,
                    Formatting.count(model.works.count, "work"), Formatting.bytes(model.bytes),
                    Formatting.place(model.file, model.deviceName),
                    Formatting.withheld(model.withheldIn, withheld))
            }
            table.show()
            if models.isEmpty { Terminal.note("No models yet: atelier models train NAME --all") }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a model: palette, line, texture and works.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The name or id.") var name: String
        @Option(help: "Draw the style sheet into this file.", completion: .file())
        var chart: FileArgument?
        @OptionGroup var force: ForceOption

        func run() throws {
            let library = try options.open()
            let id = try library.modelID(name)
            if let chart {
                try library.styles.drawChart(of: id, to: chart.url, replacing: force.force)
            }
            let model = try library.styles.model(id)
            if options.json {
                let withheld = try library.withheldReceipts()
                return try JSONOutput.show(withheld.marking([model]).first ?? model)
            }
            try ModelsCommand.tell(model, library)
            if let chart { Terminal.say(chart.shown) }
        }
    }

    struct Compare: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measure how similar a picture is to a model's style.",
            discussion: "100 is as similar as the works are to each other.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The name or id.") var name: String
        @Argument(help: "A picture file.", completion: .file()) var file: FileArgument

        func run() throws {
            let library = try options.open()
            let comparison = try library.styles.compare(
                try library.modelID(name), with: try file.url)
            if options.json { return try JSONOutput.show(comparison) }
            var table = Table()
            for (label, text) in comparison.summary { table.add(label, text) }
            table.show()
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a model on all devices; its generations stay.",
            discussion: """
                The model's file stays in the trash for 30 days. With --now, an object in the \
                trash can be named too, and is deleted for good.
                """)

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The name or id.") var name: String
        @OptionGroup var ending: ForGoodOption
        @OptionGroup var confirmation: ConfirmationOption

        func run() throws {
            let library = try options.open(freesRoom: true)
            let planned: Model
            do {
                planned = try library.styles.model(try library.modelID(name))
            } catch let error as LookupError {
                guard ending.isForGood, case .unknown = error else { throw error }
                return try WorksCommand.erase(name, in: library, options, confirmation)
            }
            try confirmation.confirm(
                "Remove the model \"\(planned.name)\" on all devices?", to: "remove it")
            let model = try library.styles.remove(planned.id, forGood: ending.isForGood)
            if options.json { return try JSONOutput.show(model) }
            Terminal.say("Removed model \"\(model.name)\". \(ending.outlook)")
        }
    }

    static func tell(_ model: Model, _ library: Library) throws {
        var table = Table()
        table.add("id", model.id.description)
        table.add("name", model.name)
        table.add("works", "\(model.works.count)")
        let figures = try library.styles.figures(of: model)
        table.add("figures", Formatting.figures(figures))
        table.add("learned", "\(Formatting.moment(model.createdAt)) on \(model.deviceName)")
        table.add("file", model.file ?? "on \(model.deviceName)")
        table.add("digest", model.digest)
        for (label, text) in model.summary { table.add(label, text) }
        let withheld = try library.withheldReceipts()
        let cases = withheld.cases(model)
        if !cases.isEmpty { table.add("receipts", Formatting.withheld(cases, withheld)) }
        table.show()
        guard !figures.outdated.isEmpty else { return }
        let count = Formatting.count(figures.outdated.count, "work")
        Terminal.note(
            "The landmarks of \(count) were set, changed or removed since the model was trained. "
                + "Train one again, and figures heed them.")
    }
}
