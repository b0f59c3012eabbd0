import Foundation
import ImageQuality
import StyleKit

/// Draws and judges what the options ask for.
struct Judging {
    private let options: Options
    private let model: StyleModel
    private let sketch: Picture
    private let foreign: Picture?

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
        try FileManager.default.createDirectory(
            atPath: options.out, withIntermediateDirectories: true)
    }

    func run() throws -> Report {
        var report = Report()
        report.works = model.works.count
        let seen = try model.works(asSeenBy: settings(.remix, seed: 1))
        let judge = Judge(works: seen, step: 16)
        var groups: [[Picture]] = [seen]
        var result: Picture?
        for mode in Mode.allCases where options.mode == nil || options.mode == mode.rawValue {
            var pictures: [Picture] = []
            var verdicts: [Verdict] = []
            let gates = Gate.all(for: mode, works: seen.count)
            for seed in 1...options.seeds {
                let (rendering, seconds) = try draw(mode, seed: UInt64(seed))
                let figures = judge.figures(
                    of: rendering.picture, reportedPiece: rendering.largestFragment)
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
            // One sketch gives one composition: only its marks differ.
            let isVaried = mode == .sketch || closest >= Judge.seedDistance
            report.modes.append(
                Report.ModeReport(
                    mode: mode, verdicts: verdicts, closest: closest,
                    failed: isVaried ? [] : ["seeds differ: at least \(Judge.seedDistance) bits"]))
            groups.append(pictures)
            result = result ?? pictures.first
        }
        let sheet = try ContactSheet.picture(groups, cell: (width: 380, height: 290))
        try write(sheet, "contact.png")
        if let result { report.controls = try controls(judge, seen, result) }
        return report
    }

    private func controls(
        _ judge: Judge, _ works: [Picture], _ result: Picture
    ) throws -> [Verdict] {
        let gates = Gate.all(for: .remix, works: works.count)
        return try FailingControl.allCases.map { control in
            let picture = try control.picture(works: works, result: result, foreign: foreign)
            let figures = judge.figures(of: picture)
            return Verdict(
                name: control.rawValue, seconds: 0, figures: figures,
                failed: gates.filter { !$0.isKept(by: figures) }.map(\.name))
        }
    }

    private func settings(_ mode: Mode, seed: UInt64) -> GenerationSettings {
        GenerationSettings(
            width: options.size.width, height: options.size.height, seed: seed,
            kind: mode == .pattern ? .tile : .free)
    }

    private func draw(_ mode: Mode, seed: UInt64) throws -> (Rendering, seconds: Double) {
        let before = clock()
        let rendering = try Synthesis(
            model: model, settings: settings(mode, seed: seed),
            sketch: mode == .sketch ? sketch : nil,
            threads: ProcessInfo.processInfo.activeProcessorCount
        ).render()
        return (rendering, Double(clock() - before) / Double(CLOCKS_PER_SEC))
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
