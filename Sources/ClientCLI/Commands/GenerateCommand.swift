import ArgumentParser
import AtelierLibrary
import Foundation
import SignedObjects

/// Spends a credit and makes a picture.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make a picture in a model's style: one credit, offline.",
        discussion: "Ctrl-C or a crash costs nothing: generate --resume finishes it.")

    @OptionGroup var options: LibraryOptions
    @Option(help: "The model's name or id.") var model: String?
    @Option(help: "A picture of flat colours that says what goes where.", completion: .file())
    var sketch: String?
    @Option(help: "Chooses among the pictures; the same seed gives the same one.")
    var seed: UInt64?
    @Option(help: "Pixels, WIDTHxHEIGHT.") var size = PictureSize(width: 512, height: 512)
    @Option(help: "Write the picture here too.", completion: .file()) var out: String?
    @Flag(help: "Render again, even a picture that is there; costs nothing.") var again = false
    @Flag(help: "Finish what was paid for and interrupted.") var resume = false

    func validate() throws {
        guard resume == (model == nil) else {
            throw ValidationError("Name a model: --model NAME. Or finish: --resume.")
        }
    }

    func run() throws {
        let library = try options.open()
        if let out { try LibraryFile.checkWritable(URL(filePath: out)) }
        let interrupt = Interrupt()
        let line = ProgressLine("drawing")
        defer { line.end() }
        if resume {
            let result = try library.resume(
                progress: { line.show($0) }, isCancelled: { interrupt.isSet })
            line.end()
            if let out, let last = result.finished.last { try copy(last, to: out, library) }
            return try tell(result)
        }
        let start = ContinuousClock.now
        let order = GenerationOrder(
            model: model ?? "", seed: seed, width: size.width, height: size.height,
            sketch: sketch.map { URL(filePath: $0) }, again: again)
        let result = try library.generate(
            order, progress: { line.show($0) }, isCancelled: { interrupt.isSet })
        line.end()
        if let out { try copy(result, to: out, library) }
        let seconds = ContinuousClock.now - start
        if options.json {
            return try JSONOutput.show(
                Timed(result: result, seconds: Double(seconds.components.seconds)))
        }
        tell(result)
        Terminal.say("\(seconds.components.seconds) s")
    }

    private func copy(_ result: GenerationResult, to out: String, _ library: Library) throws {
        _ = try library.export(result.generation.id.description, to: URL(filePath: out))
    }

    private func tell(_ result: ResumeResult) throws {
        if options.json { return try JSONOutput.show(result) }
        for finished in result.finished { tell(finished) }
        for left in result.unfinished {
            Terminal.note("A picture by \"\(left.modelName)\" cannot be finished: \(left.reason).")
        }
        if result.finished.isEmpty && result.unfinished.isEmpty {
            Terminal.say("Nothing is unfinished.")
        }
    }

    private func tell(_ result: GenerationResult) {
        let made = result.generation
        Terminal.say("\(Terminal.strong(made.id.short))  \(made.modelName), seed \(made.seed)")
        Terminal.say(out ?? made.file ?? "")
        let cost = result.isRepeat ? "paid before, no credit spent" : "1 credit spent"
        Terminal.say("\(cost), \(result.creditsLeft) left on this device")
    }

    private struct Timed: Encodable {
        let result: GenerationResult
        let seconds: Double

        enum CodingKeys: String, CodingKey { case seconds }

        func encode(to encoder: any Encoder) throws {
            try result.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(seconds, forKey: .seconds)
        }
    }
}
