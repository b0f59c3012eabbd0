/// A sheet of cheap drafts, of which the artist picks what to synthesize at full size.
///
/// The synthesis of a draft's ``Draft/settings`` begins with the very same steps, so that it keeps
/// the layout.
public struct DraftSheet {
    /// The short side of a draft in pixels, at least.
    public static let shortSide = 128

    private let model: StyleModel
    private let settings: GenerationSettings
    private let sketch: Picture?
    private let threads: Int

    /// Prepares a sheet; nothing is computed yet.
    ///
    /// - Parameters: As for ``Synthesis/init(model:settings:sketch:threads:)``; the size of the
    ///   settings is that of the finished picture, their seed that of the sheet.
    public init(
        model: StyleModel, settings: GenerationSettings, sketch: Picture? = nil, threads: Int
    ) {
        self.model = model
        self.settings = settings
        self.sketch = sketch
        self.threads = min(max(threads, 1), Limits.threads)
    }

    /// The settings that give the draft of this number at full size.
    ///
    /// - Parameter number: 1 to ``Limits/drafts``, as on the sheet.
    public func settings(ofDraft number: Int) -> GenerationSettings {
        var settings = settings
        // The lowest four bits do not change which works are used; see `PyramidPlan.works`.
        settings.seed = settings.seed &<< 4 | UInt64(truncatingIfNeeded: number & 15)
        return settings
    }

    /// Synthesizes the drafts.
    ///
    /// - Parameters:
    ///   - count: 1 to ``Limits/drafts``.
    ///   - progress: As for ``Synthesis/render(progress:preview:isCancelled:)``.
    ///   - isCancelled: As for ``Synthesis/render(progress:preview:isCancelled:)``.
    ///   - onDraft: Called with each draft once it is drawn, in the order of their numbers.
    /// - Returns: The drafts by ``Rendering/seamScore``, the best first.
    /// - Throws: ``StyleError``, as ``Synthesis/render(progress:preview:isCancelled:)`` does.
    public func draw(
        count: Int = Limits.drafts, progress: @Sendable (Double) -> Void = { _ in },
        isCancelled: @Sendable () -> Bool = { false }, onDraft: (Draft) -> Void = { _ in }
    ) throws(StyleError) -> [Draft] {
        precondition((1...Limits.drafts).contains(count), "a sheet has one to nine drafts")
        try settings.check(for: model)
        return try withoutActuallyEscaping(isCancelled) { question throws(StyleError) in
            let executor = RowParallelExecutor(threads: threads, isCancelled: question)
            if case .figure(let figure) = settings.kind {
                let synthesis = try FigureSynthesis(
                    model: model, settings: settings(ofDraft: 1), executor: executor)
                return try drafts(count, onDraft) { number, settings throws(StyleError) in
                    try synthesis.render(
                        settings, figure, isWhole: false,
                        progress: { progress((Double(number - 1) + $0) / Double(count)) },
                        preview: nil)
                }
            }
            let picture = try GuidePicture(settings, sketch: sketch, model: model)
            let pyramid = try picture.pyramid(
                model, settings(ofDraft: 1), upTo: Self.shortSide, keepsLevels: true,
                executor: executor)
            return try drafts(count, onDraft) { number, settings throws(StyleError) in
                try PatchSynthesizer(
                    model: model, settings: settings, picture: picture, pyramid: pyramid,
                    executor: executor
                ).synthesize(
                    isWhole: false,
                    progress: { progress((Double(number - 1) + $0) / Double(count)) },
                    preview: nil)
            }
        }
    }

    /// Renders each draft in turn, by its number and settings; the best first.
    private func drafts(
        _ count: Int, _ onDraft: (Draft) -> Void,
        _ render: (Int, GenerationSettings) throws(StyleError) -> Rendering
    ) throws(StyleError) -> [Draft] {
        var drafts: [Draft] = []
        for number in 1...count {
            let settings = settings(ofDraft: number)
            let draft = Draft(
                number: number, settings: settings, rendering: try render(number, settings))
            onDraft(draft)
            drafts.append(draft)
        }
        return drafts.sorted {
            ($0.rendering.seamScore, $0.number) < ($1.rendering.seamScore, $1.number)
        }
    }
}

/// One draft of a sheet.
public struct Draft: Sendable {
    /// Its number on the sheet, from 1, by which the artist picks it.
    public let number: Int
    /// The settings that give it at full size.
    public let settings: GenerationSettings
    /// The draft: a small picture without a watermark.
    public let rendering: Rendering
}

extension DraftSheet {
    /// The contact sheet of drafts: three in a row, in the order given, each above its number.
    ///
    /// - Parameter drafts: 1 to ``Limits/drafts``, all of the same size.
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
    /// Room for the banner of the watermark, which would cover the last numbers.
    private static let footer = 36
}
