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
            let bands = Bands(threads: threads, isCancelled: question)
            let first = settings(ofDraft: 1)
            let plan = PyramidPlan(settings: first, works: model.works)
            let studio = try Studio(
                model: model, settings: first, plan: plan,
                lastLevel: plan.level(shortSide: Self.shortSide), sketch: sketch,
                keepsLevels: true, bands: bands)
            var drafts: [Draft] = []
            for number in 1...count {
                let settings = settings(ofDraft: number)
                let easel = Easel(
                    model: model, settings: settings, sketch: sketch, studio: studio,
                    bands: bands)
                let before = Double(number - 1)
                let rendering = try easel.paint(
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
