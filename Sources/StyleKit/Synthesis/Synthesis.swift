/// Draws a picture in a learned style: from the works alone, or after a sketch.
///
/// The same model, settings and sketch give the same pixels on every machine and on any number of
/// threads.
public struct Synthesis {
    private let model: StyleModel
    private let settings: GenerationSettings
    private let sketch: Picture?
    private let bands: Bands

    /// Prepares a drawing; nothing is computed yet.
    ///
    /// - Parameters:
    ///   - model: The style.
    ///   - settings: Size and seed.
    ///   - sketch: Flat areas of colour that say what goes where; scaled to the picture's size.
    ///   - threads: How many threads to use, 1 to ``Limits/threads``; it never changes the picture.
    public init(
        model: StyleModel, settings: GenerationSettings, sketch: Picture? = nil, threads: Int
    ) {
        self.model = model
        self.settings = settings
        self.sketch = sketch
        bands = Bands(threads: min(max(threads, 1), Limits.threads))
    }

    /// Draws the picture.
    ///
    /// - Parameters:
    ///   - progress: Called with 0 to 1 from this thread.
    ///   - isCancelled: Asked several times a second from this thread; true stops the drawing.
    /// - Returns: The picture without a watermark, and where it comes from.
    /// - Throws: ``StyleError/sizeOutOfRange(width:height:lowest:highest:)`` or
    ///   ``StyleError/cancelled``.
    public func render(
        progress: @Sendable (Double) -> Void = { _ in },
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(StyleError) -> Rendering {
        try paint(upTo: nil, progress: progress, isCancelled: isCancelled)
    }

    /// Draws only the coarse levels of the same picture, in about a tenth of the time.
    ///
    /// A sheet of drafts from several seeds lets the artist choose which to render.
    ///
    /// - Parameters:
    ///   - shortSide: The short side at which to stop, at least, in pixels.
    ///   - progress: Called with 0 to 1 from this thread.
    ///   - isCancelled: Asked several times a second from this thread; true stops the drawing.
    /// - Returns: A smaller picture of the same layout, without a watermark.
    /// - Throws: What ``render(progress:isCancelled:)`` throws.
    public func draft(
        shortSide: Int = 128,
        progress: @Sendable (Double) -> Void = { _ in },
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(StyleError) -> Rendering {
        try paint(upTo: shortSide, progress: progress, isCancelled: isCancelled)
    }

    private func paint(
        upTo shortSide: Int?, progress: @Sendable (Double) -> Void,
        isCancelled: @Sendable () -> Bool
    ) throws(StyleError) -> Rendering {
        let allowed = Limits.generatedSide
        guard allowed.contains(settings.width), allowed.contains(settings.height) else {
            throw .sizeOutOfRange(
                width: settings.width, height: settings.height, lowest: allowed.lowerBound,
                highest: allowed.upperBound)
        }
        let easel = try Easel(model: model, settings: settings, sketch: sketch, bands: bands)
        return try easel.paint(
            upTo: shortSide, progress: progress, isCancelled: isCancelled)
    }
}
