/// A sheet of cheap drafts, from which the artist picks what to draw in full.
///
/// A picked draft keeps its layout: drawing its ``Draft/settings`` begins with the very same steps.
public struct DraftSheet {
    /// The short side of a draft, in pixels, at least.
    public static let shortSide = 128

    private let model: StyleModel
    private let settings: GenerationSettings
    private let sketch: Picture?
    private let threads: Int

    /// Prepares a sheet; nothing is computed yet.
    ///
    /// - Parameters: As for ``Synthesis/init(model:settings:sketch:threads:)``; the settings' size
    ///   is that of the finished picture, and their seed that of the whole sheet.
    public init(
        model: StyleModel, settings: GenerationSettings, sketch: Picture? = nil, threads: Int
    ) {
        self.model = model
        self.settings = settings
        self.sketch = sketch
        self.threads = min(max(threads, 1), Limits.threads)
    }

    /// The settings with which the draft of this number is drawn in full.
    ///
    /// - Parameter number: 1 to ``Limits/drafts``, as on the sheet.
    public func settings(ofDraft number: Int) -> GenerationSettings {
        var settings = settings
        // Sixteen in a row see the same choice of works; see `PyramidPlan.works`.
        settings.seed = settings.seed &<< 4 | UInt64(truncatingIfNeeded: number & 15)
        return settings
    }

    /// Draws the drafts.
    ///
    /// - Parameters:
    ///   - count: 1 to ``Limits/drafts``.
    ///   - progress: Called with 0 to 1 from this thread.
    ///   - isCancelled: As for ``Synthesis/render(progress:preview:isCancelled:)``.
    /// - Returns: The drafts by ``Rendering/seamScore``, the best first; their numbers say which is
    ///   which.
    /// - Throws: ``StyleError``, as ``Synthesis/render(progress:preview:isCancelled:)`` does.
    public func draw(
        count: Int = Limits.drafts, progress: @Sendable (Double) -> Void = { _ in },
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(StyleError) -> [Draft] {
        precondition((1...Limits.drafts).contains(count), "a sheet has one to nine drafts")
        try settings.check()
        return try withoutActuallyEscaping(isCancelled) { question throws(StyleError) in
            let executor = RowParallelExecutor(threads: threads, isCancelled: question)
            let first = settings(ofDraft: 1)
            let plan = PyramidPlan(settings: first, works: model.works)
            let pyramid = try SourcePyramid(
                model: model, settings: first, plan: plan,
                lastLevel: plan.level(shortSide: Self.shortSide), sketch: sketch,
                keepsLevels: true, executor: executor)
            var drafts: [Draft] = []
            for number in 1...count {
                let settings = settings(ofDraft: number)
                let synthesizer = PatchSynthesizer(
                    model: model, settings: settings, sketch: sketch, pyramid: pyramid,
                    executor: executor)
                let before = Double(number - 1)
                let rendering = try synthesizer.synthesize(
                    isWhole: false, progress: { progress((before + $0) / Double(count)) },
                    preview: nil)
                drafts.append(Draft(number: number, settings: settings, rendering: rendering))
            }
            return drafts.sorted {
                ($0.rendering.seamScore, $0.number) < ($1.rendering.seamScore, $1.number)
            }
        }
    }
}

/// One draft of a sheet.
public struct Draft: Sendable {
    /// Its number on the sheet, from 1: what the artist picks by.
    public let number: Int
    /// What to draw to have it in full.
    public let settings: GenerationSettings
    /// The draft as drawn: small, without a watermark.
    public let rendering: Rendering
}

extension DraftSheet {
    /// The drafts as one picture: three in a row, in the order given, each above its number.
    ///
    /// - Parameter drafts: One to nine, all of the same size.
    public static func picture(of drafts: [Draft]) -> Picture {
        let size = drafts.first.map { ($0.rendering.picture.width, $0.rendering.picture.height) }
        let (width, height) = size ?? (0, 0)
        let columns = min(3, max(1, drafts.count))
        let rows = (drafts.count + columns - 1) / columns
        var sheet = Sheet(
            width: columns * (width + margin) + margin,
            height: rows * (height + margin + labelHeight) + footer, paper: Sheet.ink(0xF4F3F0))
        for (index, draft) in drafts.enumerated() {
            let left = Float(margin + index % columns * (width + margin))
            let top = Float(margin + index / columns * (height + margin + labelHeight))
            let box = SheetBox(
                left: left, top: top, right: left + Float(width), bottom: top + Float(height))
            sheet.lay(Canvas(draft.rendering.picture), over: box, radius: 0)
            sheet.write(
                "\(draft.number)", x: left + Float(width) / 2, base: box.bottom + 20, size: 12,
                align: .middle, Sheet.ink(0x3C3A36))
        }
        return sheet.picture
    }

    private static let margin = 12
    private static let labelHeight = 24
    /// The watermark's ribbon lies there, and not over the last numbers.
    private static let footer = 36
}
