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
        let allowed = Limits.generatedSide
        guard allowed.contains(settings.width), allowed.contains(settings.height) else {
            throw .sizeOutOfRange(
                width: settings.width, height: settings.height, lowest: allowed.lowerBound,
                highest: allowed.upperBound)
        }
        let easel = try Easel(model: model, settings: settings, sketch: sketch, bands: bands)
        return try easel.paint(progress: progress, isCancelled: isCancelled)
    }
}
