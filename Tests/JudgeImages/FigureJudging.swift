import Foundation
import ImageQuality
import StyleKit

/// Draws figures with marked works and judges them.
struct FigureJudging {
    private let options: Options
    private let model: StyleModel
    private let judge: FigureJudge
    private let works: [Int: FigureJudge.Work]

    init(_ options: Options) throws {
        self.options = options
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let marks = try decoder.decode(
            [String: FigureMarks].self,
            from: Data(contentsOf: URL(filePath: options.marks ?? "")))
        var learned: [StyleWork] = []
        for (number, name) in marks.keys.sorted().enumerated() {
            var file = URL(filePath: options.folder).appending(path: name)
            if file.pathExtension.isEmpty { file.appendPathExtension("png") }
            let picture = try Picture.decode([UInt8](try Data(contentsOf: file))).0
            let id = [UInt8](repeating: 0, count: 14) + [UInt8(number >> 8), UInt8(number & 255)]
            learned.append(StyleWork(id: id, picture: picture, figure: marks[name]))
        }
        model = try StyleModel(learning: learned)
        let pictures = Dictionary(uniqueKeysWithValues: learned.map { ($0.id, $0.picture) })
        var works: [Int: FigureJudge.Work] = [:]
        for (index, work) in model.works.enumerated() {
            guard let figure = work.figure, let picture = pictures[work.id] else { continue }
            works[index] = FigureJudge.Work(picture: picture, marks: figure)
        }
        self.works = works
        judge = FigureJudge(works: works)
        try FileManager.default.createDirectory(
            atPath: options.out, withIntermediateDirectories: true)
    }

    func run() throws -> FigureReport {
        let gates = FigureGate.all(works: works.count)
        var report = FigureReport(works: works.count)
        var pictures: [Picture] = []
        for seed in 1...options.seeds {
            let before = clock()
            let rendering = try Synthesis(
                model: model, settings: settings(seed: UInt64(seed)), threads: 2
            ).render()
            let seconds = Double(clock() - before) / Double(CLOCKS_PER_SEC)
            guard let trace = rendering.figureTrace else { continue }
            let measure = judge.measure(rendering.picture, trace, step: 16)
            report.verdicts.append(
                FigureReport.Verdict("figure \(seed)", measure, gates, seconds: seconds))
            FileHandle.standardError.write(Data(((report.verdicts.last?.line ?? "") + "\n").utf8))
            pictures.append(rendering.picture)
            try write(rendering.picture, "figure-\(seed).png")
            try write(rendering.sourceMap.picture, "figure-\(seed)-sources.png")
        }
        let before = clock()
        let sheet = try DraftSheet(model: model, settings: settings(seed: 1), threads: 2).draw()
        report.sheetSeconds = Double(clock() - before) / Double(CLOCKS_PER_SEC)
        try write(DraftSheet.picture(of: sheet), "sheet.png")
        report.failed = FigureGate.failures(
            of: report.verdicts.map(\.figures),
            sheet: sheet.map { ($0.rendering.picture, $0.rendering.figure?.head ?? []) })
        try write(
            try ContactSheet.picture([pictures], cell: (width: 400, height: 400)), "contact.png")
        report.controls = try controls(gates)
        return report
    }

    private func controls(_ gates: [FigureGate]) throws -> [FigureReport.Verdict] {
        let indices = works.keys.sorted()
        guard indices.count > 1, let base = works[indices[0]], let head = works[indices[1]] else {
            return []
        }
        return try FigureControl.allCases.map { control in
            let (picture, trace) = try control.figure(
                base: (base, indices[0]), head: (head, indices[1]))
            return FigureReport.Verdict(
                control.rawValue, judge.measure(picture, trace), gates, seconds: 0)
        }
    }

    private func settings(seed: UInt64) -> GenerationSettings {
        GenerationSettings(
            width: options.size.width, height: options.size.height, seed: seed,
            kind: .figure(FigureSettings()))
    }

    private func write(_ picture: Picture, _ name: String) throws {
        let file = URL(filePath: options.out).appending(path: name)
        try Data(try picture.encodedPNG()).write(to: file)
    }
}

/// All verdicts on the figures of one set.
struct FigureReport: Codable {
    /// One figure's measures and the gates that it does not keep.
    struct Verdict: Codable {
        let name: String
        let seconds: Double
        let figures: FigureMeasure
        let failed: [String]

        init(_ name: String, _ figures: FigureMeasure, _ gates: [FigureGate], seconds: Double) {
            self.name = name
            self.seconds = seconds
            self.figures = figures
            failed = gates.filter { !$0.isKept(by: figures) }.map(\.name)
        }

        static let heading =
            "figure                      eyes mouth hands cut heads parts works  top copy"
            + " traced marks worst   s"

        var line: String {
            let numbers = String(
                format: "%4d %5d %5d %3d %4.1f%% %5d %5d %3.0f%% %4d %5.0f%% %5.2f %5.2f %3.1f",
                figures.eyes, figures.mouths, figures.hands,
                figures.cutFeatures + figures.cutHands, figures.foreignHead * 100, figures.parts,
                figures.works, figures.topShare * 100, figures.copyDistance,
                figures.traced * 100, figures.markDistance, figures.worstMarkDistance, seconds)
            let fails = failed.isEmpty ? "" : "  FAILS \(failed.joined(separator: ", "))"
            return name.padding(toLength: 27, withPad: " ", startingAt: 0) + " " + numbers + fails
        }
    }

    let works: Int
    var verdicts: [Verdict] = []
    /// CPU seconds of a sheet of nine.
    var sheetSeconds = 0.0
    var failed: [String] = []
    /// Made to fail: a control without a failed gate is a fault of the gates.
    var controls: [Verdict] = []

    init(works: Int) { self.works = works }

    var isGood: Bool {
        failed.isEmpty && verdicts.allSatisfy(\.failed.isEmpty)
            && controls.allSatisfy { !$0.failed.isEmpty }
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    var text: String {
        let good = verdicts.count { $0.failed.isEmpty }
        var lines = ["\(good) of \(verdicts.count) figures keep all gates", Verdict.heading]
        lines += verdicts.map(\.line)
        lines.append(String(format: "nine drafts: %.1f CPU s", sheetSeconds))
        lines += failed.map { "FAILS \($0)" }
        lines += ["", "controls, which must fail:", Verdict.heading]
        for control in controls {
            lines.append(control.line + (control.failed.isEmpty ? "  PASSES, BUT MUST FAIL" : ""))
        }
        return lines.joined(separator: "\n")
    }
}
