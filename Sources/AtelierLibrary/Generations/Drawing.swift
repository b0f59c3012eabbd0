import StyleKit

/// What was drawn for a row: a picture, or a sheet of drafts.
struct Drawing {
    let picture: Picture
    /// The works in it; none for a sheet, where each draft has its own.
    var shares: [Rendering.WorkShare] = []
    /// The largest copied piece, as a part of the picture, 0 to 1.
    var largestPiece = 0.0
    /// Which work each region comes from; nil for a sheet.
    var sourceMap: SourceMap?

    init(_ rendering: Rendering) {
        picture = rendering.picture
        shares = rendering.shares
        largestPiece = rendering.largestFragment
        sourceMap = rendering.sourceMap
    }

    init(sheet: Picture) {
        picture = sheet
    }
}

/// What somebody who waits is shown.
public struct DrawingWatch: Sendable {
    /// Called with 0 to 1.
    public var progress: @Sendable (Double) -> Void
    /// Called with a PNG file of the picture as it is then, each time larger and sharper; it bears
    /// the watermark.
    public var preview: (@Sendable ([UInt8]) -> Void)?
    /// Asked often; true stops.
    public var isCancelled: @Sendable () -> Bool

    /// Takes every field.
    public init(
        progress: @escaping @Sendable (Double) -> Void = { _ in },
        preview: (@Sendable ([UInt8]) -> Void)? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.progress = progress
        self.preview = preview
        self.isCancelled = isCancelled
    }
}
