import Foundation
import ImageQuality
import StyleKit

/// Draws and judges what the options ask for.
struct Judging {
    private let options: Options
    private let model: StyleModel
    private let sketch: Picture
    private let foreign: Picture?
    private let after: Picture?

    init(_ options: Options) throws {
        self.options = options
        let folder = URL(filePath: options.folder)
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil
        ).sorted { $0.lastPathComponent < $1.lastPathComponent }
        var works: [StyleWork] = []
        for file in files {
            do {
                let picture = try Self.read(file.path)
                let number = UInt8(truncatingIfNeeded: works.count)
                let id = [UInt8](repeating: 0, count: 14) + [UInt8(works.count >> 8), number]
                works.append(StyleWork(id: id, picture: picture))
            } catch let error as PictureError {
                Self.say("\(file.lastPathComponent) is left out: \(error)")
            }
        }
        model = try StyleModel(learning: works)
        sketch = try options.sketch.map { try Self.read($0) } ?? StandInSketch.picture()
        foreign = try options.foreign.map { try Self.read($0) }
        after = try options.after.map { try Self.read($0) }
        try FileManager.default.createDirectory(
            atPath: options.out, withIntermediateDirectories: true)
    }

    /// Draws without judging.
    func draw() throws {
        for mode in modes {
            var pictures: [Picture] = []
            for seed in 1...options.seeds {
                let (rendering, _, seconds) = try draw(mode, seed: UInt64(seed))
                let text = String(
                    format: "%@ %d: %.1f s, seams %.1f", mode.rawValue, seed, seconds,
                    rendering.seamScore)
                Self.say(text)
                pictures.append(rendering.picture)
                try write(rendering.picture, "\(mode.rawValue)-\(seed).png")
                try write(rendering.sourceMap.picture, "\(mode.rawValue)-\(seed)-sources.png")
            }
            let sheet = try ContactSheet.picture([pictures], cell: (width: 380, height: 290))
            try write(sheet, "contact.png")
        }
    }

    /// Draws sheets of nine drafts, as an artist sees them.
    func drawDrafts() throws {
        for mode in modes {
            for seed in 1...options.seeds {
                let before = clock()
                let drafts = try DraftSheet(
                    model: model, settings: settings(mode, seed: UInt64(seed)),
                    sketch: beside(mode), threads: Self.threads
                ).draw()
                let seconds = Double(clock() - before) / Double(CLOCKS_PER_SEC)
                let scores = drafts.map { String(format: "%.1f", $0.rendering.seamScore) }
                let text = String(format: "%@ %d: %.1f s, seams ", mode.rawValue, seed, seconds)
                Self.say(text + scores.joined(separator: " "))
                try write(DraftSheet.picture(of: drafts), "\(mode.rawValue)-drafts-\(seed).png")
            }
        }
    }

    private var modes: [Mode] {
        Mode.allCases.filter { options.mode == nil || options.mode == $0.rawValue }
    }

    func run() throws -> Report {
        var report = Report()
        report.works = model.works.count
        let modes = modes
        var seen = try works(modes[0])
        var judge = Judge(works: seen, step: options.step)
        var groups: [[Picture]] = [seen]
        var result: Picture?
        for mode in modes {
            if mode != modes[0] {
                seen = try works(mode)
                judge = Judge(works: seen, step: options.step)
            }
            var guides: [Picture] = []
            var pictures: [Picture] = []
            var verdicts: [Verdict] = []
            let gates = Gate.all(for: mode, works: seen.count)
            for seed in 1...options.seeds {
                let (rendering, guide, seconds) = try draw(mode, seed: UInt64(seed))
                let figures = judge.figures(
                    of: rendering.picture, reportedPiece: rendering.largestFragment, guide: guide)
                if let guide { guides.append(guide) }
                let verdict = Verdict(
                    name: "\(mode.rawValue) \(seed)", seconds: seconds, figures: figures,
                    failed: gates.filter { !$0.isKept(by: figures) }.map(\.name))
                Self.say(verdict.line)
                verdicts.append(verdict)
                pictures.append(rendering.picture)
                try write(rendering.picture, "\(mode.rawValue)-\(seed).png")
                try write(rendering.sourceMap.picture, "\(mode.rawValue)-\(seed)-sources.png")
            }
            let closest = Judge.closest(pictures)
            let median = Judge.medianDistance(pictures)
            report.modes.append(
                Report.ModeReport(
                    mode: mode, verdicts: verdicts, closest: closest, median: median,
                    failed: Judge.failedVariety(mode, closest: closest, median: median)))
            groups.append(pictures)
            if guides.count > 1 { report.controls.append(exchanged(pictures[0], guides[1], judge)) }
            if !guides.isEmpty { groups.append(guides) }
            result = result ?? pictures.first
        }
        let sheet = try ContactSheet.picture(groups, cell: (width: 380, height: 290))
        try write(sheet, "contact.png")
        if let result { report.controls += try controls(judge, seen, result) }
        return report
    }

    /// A picture judged by what another one was painted after: its forms must not be found in it.
    private func exchanged(_ picture: Picture, _ guide: Picture, _ judge: Judge) -> Verdict {
        let figures = judge.figures(of: picture, guide: guide)
        let gates = Gate.all(for: .after, works: model.works.count)
        return Verdict(
            name: "after another", seconds: 0, figures: figures,
            failed: gates.filter { !$0.isKept(by: figures) }.map(\.name))
    }

    private func controls(
        _ judge: Judge, _ works: [Picture], _ result: Picture
    ) throws -> [Verdict] {
        let mode = options.mode.flatMap { Mode(rawValue: $0) } ?? modes[modes.count - 1]
        let kind: Mode = mode == .compose ? .compose : .collage
        let gates = Gate.all(for: kind, works: works.count)
        return try FailingControl.all(for: kind).map { control in
            let picture = try control.picture(works: works, result: result, foreign: foreign)
            let figures = judge.figures(of: picture)
            return Verdict(
                name: control.rawValue, seconds: 0, figures: figures,
                failed: gates.filter { !$0.isKept(by: figures) }.map(\.name))
        }
    }

    private func works(_ mode: Mode) throws -> [Picture] {
        try model.works(asSeenBy: settings(mode, seed: 1), isComposition: mode == .compose)
    }

    private func settings(_ mode: Mode, seed: UInt64) -> GenerationSettings {
        let kind: PictureKind =
            switch mode {
            case .pattern: .tile
            case .after:
                .after(
                    AfterSettings(
                        workID: after == nil
                            ? model.works[(Int(seed) - 1) % model.works.count].id : nil,
                        closeness: options.closeness))
            case .collage: .collage
            case .compose, .sketch: .free
            }
        return GenerationSettings(
            width: options.size.width, height: options.size.height, seed: seed, kind: kind,
            originality: options.originality)
    }

    private func draw(
        _ mode: Mode, seed: UInt64
    ) throws -> (Rendering, guide: Picture?, seconds: Double) {
        let before = clock()
        let synthesis = Synthesis(
            model: model, settings: settings(mode, seed: seed), sketch: beside(mode),
            threads: Self.threads)
        let rendering = try synthesis.render()
        let seconds = Double(clock() - before) / Double(CLOCKS_PER_SEC)
        return (rendering, mode == .after ? try synthesis.variedGuide() : nil, seconds)
    }

    private static var threads: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// What is given beside the settings.
    private func beside(_ mode: Mode) -> Picture? {
        switch mode {
        case .sketch: sketch
        case .after: after
        case .compose, .collage, .pattern: nil
        }
    }

    private func write(_ picture: Picture, _ name: String) throws {
        let file = URL(filePath: options.out).appending(path: name)
        try Data(try picture.encodedPNG()).write(to: file)
    }

    private static func read(_ path: String) throws -> Picture {
        try Picture.decode([UInt8](try Data(contentsOf: URL(filePath: path)))).0
    }

    private static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
