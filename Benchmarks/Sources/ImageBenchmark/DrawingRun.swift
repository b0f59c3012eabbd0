import Foundation
@_spi(Measuring) import StyleKit
import Synchronization

/// Draws one case in this process and measures it.
struct DrawingRun {
    private static let sampleComparisons = 4_000_000

    private let drawing: DrawingCase

    init(_ drawing: DrawingCase) { self.drawing = drawing }

    func line() throws -> DrawingLine {
        let model = try self.model()
        let sketch = drawing.kind == .sketch ? try PaintedPicture.sketch(side: 256) : nil
        let settings = GenerationSettings(
            width: drawing.side, height: drawing.side, seed: 1, kind: drawing.kind.picture)
        let floor = floorSeconds(model, settings)
        // Learning needed more memory than drawing does.
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
        let cpu = Self.seconds(CLOCK_PROCESS_CPUTIME_ID)
        let wall = Self.seconds(CLOCK_MONOTONIC)
        let pauses = Mutex((last: wall, longest: 0.0))
        let question: @Sendable () -> Bool = {
            let now = Self.seconds(CLOCK_MONOTONIC)
            pauses.withLock { $0 = (now, max($0.longest, now - $0.last)) }
            return false
        }
        var piece = 0.0
        if drawing.kind == .drafts {
            let sheet = DraftSheet(model: model, settings: settings, threads: drawing.threads)
            piece =
                try sheet.draw(isCancelled: question).map(\.rendering.largestFragment).max() ?? 0
        } else {
            piece = try Synthesis(
                model: model, settings: settings, sketch: sketch, threads: drawing.threads
            ).render(isCancelled: question).largestFragment
        }
        _ = question()
        return DrawingLine(
            name: drawing.name, cpuSeconds: Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu,
            wallSeconds: Self.seconds(CLOCK_MONOTONIC) - wall, floorSeconds: floor,
            peakMebibytes: Self.peakMebibytes,
            longestPauseMilliseconds: pauses.withLock { $0.longest } * 1_000,
            goalSeconds: drawing.goal, largestFragment: piece)
    }

    /// Works as large as the picture needs them, half as wide again as high.
    private func model() throws -> StyleModel {
        let works = try (0..<drawing.works).map { index in
            StyleWork(
                id: [UInt8](repeating: UInt8(index + 1), count: 16),
                picture: try PaintedPicture.work(
                    index + 1, width: drawing.side * 3 / 2, height: drawing.side))
        }
        return try StyleModel(learning: works)
    }

    private func floorSeconds(_ model: StyleModel, _ settings: GenerationSettings) -> Double {
        let comparisons =
            drawing.kind == .drafts
            ? 0
            : SynthesisLowerBound.comparisons(
                model: model, settings: settings,
                isSketch: drawing.kind == .sketch || drawing.kind == .after)
        let before = Self.seconds(CLOCK_PROCESS_CPUTIME_ID)
        let sum = SynthesisLowerBound.compare(times: Self.sampleComparisons)
        let each =
            (Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - before) / Double(Self.sampleComparisons)
        precondition(sum != 1, "the comparisons were made")
        var small = settings
        small.width = 128
        small.height = 128
        let drafts =
            9
            * SynthesisLowerBound.comparisons(model: model, settings: small, isSketch: false)
        let pass = passSeconds(bytes: drawing.works * drawing.side * drawing.side * 3 / 2 * 12)
        return Double(comparisons == 0 ? drafts : comparisons) * each + pass
    }

    /// One pass over as much memory as the works have at the finest level.
    private func passSeconds(bytes: Int) -> Double {
        var words = [UInt64](repeating: 3, count: bytes / 8)
        let before = Self.seconds(CLOCK_PROCESS_CPUTIME_ID)
        var sum: UInt64 = 0
        for index in words.indices {
            sum &+= words[index]
            words[index] = sum
        }
        precondition(sum != 1, "the memory was passed over")
        return Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - before
    }

    private static var peakMebibytes: Double {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
            return 0
        }
        for line in text.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            return (Double(line.filter(\.isNumber)) ?? 0) / 1_024
        }
        return 0
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
