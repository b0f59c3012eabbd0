/// Synthesizes a picture in a learned style: composed of the works alone, after a sketch or another
/// picture, as a seamless tile, or a new character.
///
/// The same model, settings and sketch give the same pixels on every machine and on any number of
/// threads. So a synthesis that was interrupted is resumed by starting it again.
public struct Synthesis {
    private let model: StyleModel
    private let settings: GenerationSettings
    private let sketch: Picture?
    private let threads: Int

    /// Prepares a synthesis; nothing is computed yet.
    ///
    /// - Parameters:
    ///   - model: The style.
    ///   - settings: Size, seed and how the works are used; checked by
    ///     ``render(progress:preview:isCancelled:)``.
    ///   - sketch: Flat areas of colour that say what goes where, of any size; scaled to the
    ///     picture's size.
    ///   - threads: 1 to ``Limits/threads``, clamped; it never changes the picture.
    public init(
        model: StyleModel, settings: GenerationSettings, sketch: Picture? = nil, threads: Int
    ) {
        self.model = model
        self.settings = settings
        self.sketch = sketch
        self.threads = min(max(threads, 1), Limits.threads)
    }

    /// Checks all that ``render(progress:preview:isCancelled:)`` refuses, without drawing; takes as
    /// long as reading the works.
    ///
    /// - Throws: ``StyleError``, as ``render(progress:preview:isCancelled:)`` does.
    public func check() throws(StyleError) {
        try settings.check(for: model)
        guard case .figure(let figure) = settings.kind else {
            return try GuidePicture(settings, sketch: sketch, model: model).check(model, settings)
        }
        let set = try FigureSet(
            model, settings: settings, executor: RowParallelExecutor(threads: threads))
        for id in [figure.pose, figure.head, figure.colours] {
            _ = try set.index(of: id, in: model)
        }
    }

    /// Synthesizes the picture at full size.
    ///
    /// - Parameters:
    ///   - progress: Called with 0 to 1, never decreasing, from this thread.
    ///   - preview: Called from this thread after each level but the last, with the picture so far:
    ///     each is about √2 times as large as the one before.
    ///   - isCancelled: Called many times a second from any thread, one at a time; true stops the
    ///     synthesis, and it is not called again.
    /// - Returns: The picture without a watermark, and where it comes from.
    /// - Throws: ``StyleError/cancelled``; ``StyleError/nothingToUse``; for a composition
    ///   ``StyleError/onlyFigures(count:)``; for a figure
    ///   ``StyleError/tooFewFigures(count:limit:)``, ``StyleError/figuresNotCutOut(count:)`` or
    ///   ``StyleError/notAFigure``;
    ///   ``StyleError/sizeOutOfRange(width:height:lowest:highest:)``,
    ///   ``StyleError/originalityOutOfRange(value:)`` or ``StyleError/tooManyAreas(count:limit:)``
    ///   for settings out of range.
    public func render(
        progress: @Sendable (Double) -> Void = { _ in },
        preview: (@Sendable (Picture) -> Void)? = nil,
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(StyleError) -> Rendering {
        try synthesize(upTo: nil, progress: progress, preview: preview, isCancelled: isCancelled)
    }

    /// Synthesizes only the coarse levels of the same picture, in about a tenth of the time.
    ///
    /// For several at once see ``DraftSheet``, which shares what they have in common.
    ///
    /// - Parameters:
    ///   - shortSide: The synthesis stops at the first level whose short side has at least this
    ///     many pixels.
    ///   - progress: As for ``render(progress:preview:isCancelled:)``.
    ///   - isCancelled: As for ``render(progress:preview:isCancelled:)``.
    /// - Returns: A smaller picture of the same layout, without a watermark.
    /// - Throws: As ``render(progress:preview:isCancelled:)``.
    public func draft(
        shortSide: Int = DraftSheet.shortSide,
        progress: @Sendable (Double) -> Void = { _ in },
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(StyleError) -> Rendering {
        try synthesize(upTo: shortSide, progress: progress, preview: nil, isCancelled: isCancelled)
    }

    /// The sketch or the picture that is painted after, as the seed varies it; nil without one.
    package func variedGuide() throws(StyleError) -> Picture? {
        try settings.check(for: model)
        let executor = RowParallelExecutor(threads: threads)
        let picture = try GuidePicture(settings, sketch: sketch, model: model)
        let pyramid = try picture.pyramid(model, settings, upTo: 0, executor: executor)
        let guide = picture.guide(settings, pyramid: pyramid, executor: executor).guide
        return guide?.features(pyramid.plan.sizes.count - 1, executor: executor)?
            .colorsOfFeatures(executor).picture
    }

    private func synthesize(
        upTo shortSide: Int?, progress: @Sendable (Double) -> Void,
        preview: (@Sendable (Picture) -> Void)?, isCancelled: @Sendable () -> Bool
    ) throws(StyleError) -> Rendering {
        try settings.check(for: model)
        return try withoutActuallyEscaping(isCancelled) { question throws(StyleError) in
            let executor = RowParallelExecutor(threads: threads, isCancelled: question)
            if case .figure(let figure) = settings.kind {
                return try FigureSynthesis(model: model, settings: settings, executor: executor)
                    .render(
                        settings, figure, isWhole: shortSide == nil, progress: progress,
                        preview: preview)
            }
            let picture = try GuidePicture(settings, sketch: sketch, model: model)
            let pyramid = try picture.pyramid(model, settings, upTo: shortSide, executor: executor)
            let synthesizer = PatchSynthesizer(
                model: model, settings: settings, picture: picture, pyramid: pyramid,
                executor: executor)
            return try synthesizer.synthesize(
                isWhole: shortSide == nil, progress: progress, preview: preview)
        }
    }
}

/// A synthesized picture and where its patches come from.
public struct Rendering: Sendable {
    /// The part of the picture that comes from one work.
    public struct WorkShare: Sendable, Equatable, Codable {
        /// The work's id: 16 bytes.
        public let workID: [UInt8]
        /// The part of the picture, 0 to 1.
        public let share: Double
    }

    /// The picture, without a watermark.
    public let picture: Picture
    /// The works that were used, the largest share first; the shares add up to 1.
    public let shares: [WorkShare]
    /// The largest contiguous part of the picture, 0 to 1, that was copied from one work as it is
    /// there; a drift of one pixel between neighbouring patches still counts as copied. Of a
    /// figure, the largest connected part of one work, scaled or bent as it may be.
    public let largestFragment: Double
    /// How visible seams are: the mean root mean square difference of a patch from its source, in
    /// units of OKLab × 100; lower is better. Of a figure, the mean over its pixels of what works
    /// differ by along seams. Of a composition, what the works differ by where they meet, and what
    /// is drawn there.
    public let seamScore: Double
    /// Which work each region comes from, as a picture.
    public let sourceMap: SourceMap
    /// Where each pixel of a figure is from; nil for other kinds of pictures.
    package var figureTrace: FigureTrace?
    /// Which works the parts of a figure come from; nil for other kinds of pictures.
    public var figure: FigureSources?
}
