import ArgumentParser
import AtelierLibrary
import Foundation
import SignedObjects

/// Spends a credit and makes a picture.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make a picture in a model's style: one credit, offline.",
        discussion: """
            It joins two works to a new composition, each in its own drawing; with --sketch, \
            --after, --figure, --collage or --pattern it makes other pictures. With --drafts it \
            makes a sheet of numbered drafts; up to four of them, picked at once \
            or later, are drawn in full for the same credit. Ctrl-C or a crash loses no credit: \
            generate --resume finishes the picture.
            """)

    @OptionGroup var options: LibraryOptions
    @Option(help: "The model's name or id.") var model: String?
    @Option(help: "A picture of flat colours that says what goes where.", completion: .file())
    var sketch: FileArgument?
    @Option(
        help: "Paint this work, by its id, or this picture anew; not with --sketch or --pattern.",
        completion: .file())
    var after: String?
    @Option(
        help: """
            With --after, 0 to 100: at 100 the work bent a little, at 0 its drawing in the marks \
            and the light of the others (default: 70).
            """)
    var closeness: Int?
    @Option(help: "A number; the same seed gives the same picture (default: random).")
    var seed: UInt64?
    @Option(help: "Pixels, WIDTHxHEIGHT (default: 512x512, or the shape of what --after names).")
    var size: PictureSize?
    @Flag(help: "Make a tile that continues at every edge.") var pattern = false
    @Flag(help: "Mix many small pieces of the works, instead of joining two of them.")
    var collage = false
    @OptionGroup var figure: FigureOptions
    @Option(
        help: """
            Of a collage or a tile, 0 to 100: 0 keeps large pieces of a work, 100 uses small ones; \
            with --sketch, how far seeds depart from it (default: 50).
            """)
    var originality: Int?
    @Option(
        name: .customLong("without-work"), help: "Take nothing from this work; may be repeated.")
    var leftOut: [String] = []
    @Option(help: "How many drafts to choose from, 1 to 9.") var drafts: Int?
    @Option(help: "Draw these drafts in full, such as 1,4; at most four of a sheet.")
    var pick: PickedDrafts?
    @Option(help: "The sheet that --pick means: its id, or the start or end of it.")
    var finish: String?
    @Option(help: "Write the picture here too: .png, .jpg or .webp.", completion: .file())
    var out: FileArgument?
    @Option(help: "Write the unfinished picture here while it grows sharper.", completion: .file())
    var preview: FileArgument?
    @OptionGroup var force: ForceOption
    @OptionGroup var confirmation: ConfirmationOption
    @Flag(help: "Render a picture again that exists already; spends no credit.") var again = false
    @Flag(help: "Finish the pictures that were paid for and interrupted.") var resume = false

    func validate() throws {
        guard [model != nil, resume, finish != nil].count(where: { $0 }) == 1 else {
            throw ValidationError(
                "Name a model: --model NAME. Or finish a picture: --resume, "
                    + "or --finish SHEET --pick 1,4.")
        }
        guard pick == nil || finish != nil || drafts != nil else {
            throw ValidationError("--pick needs a sheet: --drafts 9, or --finish SHEET.")
        }
        guard after == nil || (sketch == nil && !pattern) else {
            throw ValidationError("--after goes with neither --sketch nor --pattern.")
        }
        guard closeness == nil || after != nil else {
            throw ValidationError("--closeness needs --after WORK or --after PICTURE.")
        }
        guard finish == nil || pick != nil else {
            throw ValidationError("Say which drafts: --pick 1,4.")
        }
        if collage, pattern || sketch != nil || after != nil || figure.figure {
            throw ValidationError(
                "--collage goes with neither --sketch, --after, --figure nor --pattern.")
        }
        if originality != nil,
            figure.figure || !(collage || pattern || after != nil) && sketch == nil,
            model != nil
        {
            throw ValidationError(
                "--originality says how small the pieces of a collage or a tile are, and how far "
                    + "a picture departs from a sketch. A composition keeps the drawing of two "
                    + "works, and a figure its parts: leave it out, or add --collage.")
        }
        if figure.figure, pattern || sketch != nil || after != nil {
            throw ValidationError(
                "A figure is made of works with landmarks, without --sketch, --after and --pattern."
            )
        }
    }

    func run() throws {
        let library = try options.open()
        let source = try after.map { try library.afterSource($0) }
        let outputs = try GenerateOutputs(
            out: try out?.url, preview: try preview?.url, picks: pick?.numbers ?? [],
            isSheetThere: finish != nil, replacing: force.force,
            from: try sketch?.url ?? source?.file,
            of: library.folder)
        let line = ProgressLine("drawing")
        defer { line.end() }
        let watch = watch(line, outputs.preview)
        if let finish {
            let picked = try library.generations.pick(
                pick?.numbers ?? [], of: try library.generationID(finish), watch)
            line.end()
            return try tell(picked, library, outputs)
        }
        if resume {
            let result = try library.generations.resume(watch)
            line.end()
            if let last = result.finished.last { try copy(last, outputs, library) }
            return try tell(result, library)
        }
        let start = ContinuousClock.now
        let size =
            try size
            ?? source.map { try library.generations.size(after: $0) }
            .map { PictureSize(width: $0.width, height: $0.height) }
        if let picture = try sketch?.url ?? source?.file {
            for note in try library.generations.notes(on: picture) { Terminal.note(note) }
        }
        let chosen = try library.modelID(model ?? "")
        try warn(of: chosen, in: library)
        let order = GenerationOrder(
            model: chosen, seed: seed, width: size?.width ?? 512,
            height: size?.height ?? 512, sketch: try sketch?.url,
            kind: try figure.kind(in: library) ?? kind(after: source),
            originality: originality ?? 50,
            leftOut: try leftOut.map { try library.workID($0) }, drafts: drafts, again: again)
        let result = try library.generations.generate(order, watch)
        let picked =
            try pick.map {
                try library.generations.pick($0.numbers, of: result.generation.id, watch)
            } ?? []
        line.end()
        try copy(result, outputs, library)
        let seconds = ContinuousClock.now - start
        if options.json {
            return try JSONOutput.show(
                Timed(
                    result: result, picked: picked, seconds: Double(seconds.components.seconds)))
        }
        try tell(result, library)
        if !picked.isEmpty { try tell(picked, library, outputs) }
        Terminal.say("\(seconds.components.seconds) s")
    }

    /// Before the credit is spent: no receipt will come while a decision stands.
    private func warn(of id: ModelID, in library: Library) throws {
        let withheld = try library.withheldReceipts()
        guard !withheld.cases.isEmpty else { return }
        let model = try library.styles.model(id)
        let cases = withheld.cases(model)
        guard !cases.isEmpty else { return }
        Terminal.complain(
            "Pictures of \"\(model.name)\" get no receipt now: "
                + "\(Formatting.withheld(cases, withheld)). A credit is spent all the same; the "
                + "receipt comes if the case is decided otherwise.")
        try confirmation.confirm(
            "Generate all the same?", to: "generate all the same",
            refusal: "Nothing was generated, and no credit was spent.")
    }

    private func kind(after source: GenerationOrder.AfterSource?) -> GenerationOrder.Kind {
        if let source { return .after(source, closeness: closeness ?? 70) }
        return pattern ? .tile : collage ? .collage : .free
    }

    private func watch(_ line: ProgressLine, _ preview: OutputFile?) -> DrawingWatch {
        let interrupt = Interrupt()
        var watch = DrawingWatch(
            progress: { line.show($0) }, isCancelled: { interrupt.isSet })
        if let preview {
            let file = PreviewFile(preview)
            watch.preview = { file.show($0) }
        }
        return watch
    }

    /// Copies go beside the file that was asked for: name-1.png, name-4.png.
    private func tell(
        _ picked: [Generation], _ library: Library, _ outputs: GenerateOutputs
    ) throws {
        for made in picked {
            var file = made.file ?? ""
            if let copy = outputs.picks[made.draft] {
                try write(made, to: copy, library)
                file = copy.shown
            }
            guard !options.json else { continue }
            Terminal.say("\(Terminal.strong(made.id.short))  draft \(made.draft) in full")
            Terminal.say(file)
            try say(originOf: made, library)
        }
        if options.json, finish != nil { try JSONOutput.show(["picked": picked]) }
    }

    private func copy(
        _ result: GenerationResult, _ outputs: GenerateOutputs, _ library: Library
    ) throws {
        guard let out = outputs.out else { return }
        try write(result.generation, to: out, library)
    }

    private func write(_ made: Generation, to copy: OutputFile, _ library: Library) throws {
        do {
            _ = try library.generations.export(made.id, to: copy.file, replacing: force.force)
        } catch LibraryError.unwritable(let path, let reason) {
            throw GenerationError.notCopied(path: path, reason: reason)
        }
    }

    private func tell(_ result: ResumeResult, _ library: Library) throws {
        if options.json { return try JSONOutput.show(result) }
        for finished in result.finished { try tell(finished, library) }
        for left in result.unfinished {
            Terminal.note(
                "A picture with \"\(left.modelName)\" cannot be finished: \(left.reason).")
        }
        if result.finished.isEmpty && result.unfinished.isEmpty {
            Terminal.say("There is no unfinished picture.")
        }
    }

    private func say(originOf made: Generation, _ library: Library) throws {
        Terminal.say(Formatting.origin(of: made))
        let figure = try Formatting.figure(of: made, in: library)
        if !figure.isEmpty { Terminal.say(figure) }
    }

    private func tell(_ result: GenerationResult, _ library: Library) throws {
        let made = result.generation
        Terminal.say("\(Terminal.strong(made.id.short))  \(made.modelName), seed \(made.seed)")
        Terminal.say(out?.shown ?? made.file ?? "")
        if made.drafts > 0 {
            let id = made.id.short
            Terminal.say("\(made.drafts) drafts, the smoothest first. Draw up to four in full:")
            Terminal.say("  atelier generate --finish \(id) --pick 1,4")
        } else {
            try say(originOf: made, library)
        }
        if !result.withoutLandmarks.isEmpty {
            let titles = try library.works.all()
                .filter { result.withoutLandmarks.contains($0.id) }.map(\.title)
            Terminal.note("Left out, as they have no landmarks: " + Formatting.list(titles) + ".")
        }
        if !result.leftToFigures.isEmpty {
            let titles = try library.works.all()
                .filter { result.leftToFigures.contains($0.id) }.map(\.title)
            Terminal.note(
                "Left to --figure, as they show characters: " + Formatting.list(titles) + ".")
        }
        if result.isOfOneWork {
            Terminal.note("Only one work could be used: it was painted anew, bent a little.")
        }
        let cost = result.isRepeat ? "paid for before, no credit spent" : "1 credit spent"
        Terminal.say("\(cost), \(result.creditsLeft) left on this device")
    }

    private struct Timed: Encodable {
        let result: GenerationResult
        let picked: [Generation]
        let seconds: Double

        enum CodingKeys: String, CodingKey { case picked, seconds }

        func encode(to encoder: any Encoder) throws {
            try result.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(picked, forKey: .picked)
            try container.encode(seconds, forKey: .seconds)
        }
    }
}
