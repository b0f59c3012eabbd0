/// Draws a picture in a learned style: from the works alone, after a sketch, or as a tile.
///
/// The same model, settings and sketch give the same pixels on every machine and on any number of
/// threads. So a drawing that was stopped anywhere is resumed by drawing it again.
public struct Synthesis {
    private let model: StyleModel
    private let settings: GenerationSettings
    private let sketch: Picture?
    private let threads: Int

    /// Prepares a drawing; nothing is computed yet.
    ///
    /// - Parameters:
    ///   - model: The style.
    ///   - settings: Size, seed and how the works are used.
    ///   - sketch: Flat areas of colour that say what goes where; scaled to the picture's size.
    ///   - threads: How many threads to use, 1 to ``Limits/threads``; it never changes the picture.
    public init(
        model: StyleModel, settings: GenerationSettings, sketch: Picture? = nil, threads: Int
    ) {
        self.model = model
        self.settings = settings
        self.sketch = sketch
        self.threads = min(max(threads, 1), Limits.threads)
    }

    /// Draws the picture.
    ///
    /// - Parameters:
    ///   - progress: Called with 0 to 1 from this thread.
    ///   - preview: Called from this thread when a level is done, with the picture as it is then:
    ///     each is about 1.4 times larger and sharper than the last.
    ///   - isCancelled: Asked between bands of rows, many times a second, from any thread but one
    ///     at a time; true stops the drawing.
    /// - Returns: The picture without a watermark, and where it comes from.
    /// - Throws: ``StyleError/cancelled``, or what is wrong with the settings.
    public func render(
        progress: @Sendable (Double) -> Void = { _ in },
        preview: (@Sendable (Picture) -> Void)? = nil,
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(StyleError) -> Rendering {
        try synthesize(upTo: nil, progress: progress, preview: preview, isCancelled: isCancelled)
    }

    /// Draws only the coarse levels of the same picture, in about a tenth of the time.
    ///
    /// For several at once see ``DraftSheet``, which shares what they have in common.
    ///
    /// - Parameters:
    ///   - shortSide: The short side at which to stop, at least, in pixels.
    ///   - progress: Called with 0 to 1 from this thread.
    ///   - isCancelled: As for ``render(progress:preview:isCancelled:)``.
    /// - Returns: A smaller picture of the same layout, without a watermark.
    /// - Throws: What ``render(progress:preview:isCancelled:)`` throws.
    public func draft(
        shortSide: Int = DraftSheet.shortSide,
        progress: @Sendable (Double) -> Void = { _ in },
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(StyleError) -> Rendering {
        try synthesize(upTo: shortSide, progress: progress, preview: nil, isCancelled: isCancelled)
    }

    private func synthesize(
        upTo shortSide: Int?, progress: @Sendable (Double) -> Void,
        preview: (@Sendable (Picture) -> Void)?, isCancelled: @Sendable () -> Bool
    ) throws(StyleError) -> Rendering {
        try settings.check()
        return try withoutActuallyEscaping(isCancelled) { question throws(StyleError) in
            let executor = RowParallelExecutor(threads: threads, isCancelled: question)
            let plan = PyramidPlan(settings: settings, works: model.works)
            let pyramid = try SourcePyramid(
                model: model, settings: settings, plan: plan,
                lastLevel: plan.level(shortSide: shortSide), sketch: sketch,
                keepsLevels: false, executor: executor)
            let synthesizer = PatchSynthesizer(
                model: model, settings: settings, sketch: sketch, pyramid: pyramid,
                executor: executor)
            return try synthesizer.synthesize(
                isWhole: shortSide == nil, progress: progress, preview: preview)
        }
    }
}

/// A finished picture and where its marks come from.
public struct Rendering: Sendable {
    /// How much of the picture came from one work.
    public struct WorkShare: Sendable, Equatable, Codable {
        /// The work's id: 16 bytes.
        public let workID: [UInt8]
        /// The part of the picture, 0 to 1.
        public let share: Double
    }

    /// The picture, without a watermark.
    public let picture: Picture
    /// The works that were used, the largest share first; the shares add up to one.
    public let shares: [WorkShare]
    /// The largest part of the picture, 0 to 1, that lies in one work just as it does here, a
    /// drift by one pixel from neighbour to neighbour allowed: the largest copied piece.
    public let largestPiece: Double
    /// How visible the seams are: mean difference, in units of OKLab × 100; lower is better.
    public let seamScore: Double
    /// Which work each region comes from.
    public let sourceMap: SourceMap
}
