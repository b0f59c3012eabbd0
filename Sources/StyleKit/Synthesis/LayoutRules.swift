/// How the pieces of a layout are chosen.
struct LayoutRules {
    /// How many windows of the works are looked at for each piece.
    var candidates = 6_000
    /// For the squared difference from the guide.
    var guideWeight: Float = 0
    /// For coming from another height of the work than of the picture, so that skies stay up.
    var heightWeight: Float = 0
    /// The largest part of the picture from one work.
    var largestShare = 1.0
    /// The largest part of the picture from one place of a work.
    var largestPiece = 1.0
    /// The largest part of a piece that was used before.
    var reusedPart = 1.0
    /// How many striking figures are set before the rest is filled in.
    var figures = 0
    /// How much dearer than the best a piece may be to have a chance.
    var choice: Float = 0.02
    /// The side of a cell, in pixels.
    var cellSide = 20

    /// After a sketch: its colours come first, and any work may serve any part.
    static func sketch(_ settings: GenerationSettings) -> LayoutRules {
        LayoutRules(
            guideWeight: 6, heightWeight: settings.isPattern ? 0 : 3_000,
            largestPiece: settings.largestPiece / 2, reusedPart: 0.4, choice: 0.05)
    }

    /// From the works alone: no work and no part of one may lead.
    static func remix(_ settings: GenerationSettings, works: Int) -> LayoutRules {
        LayoutRules(
            heightWeight: settings.isPattern ? 0 : 3_000,
            largestShare: max(settings.largestShare, 1.5 / Double(max(1, works))),
            largestPiece: settings.largestPiece, reusedPart: 0.2,
            figures: settings.isPattern ? 0 : 1, cellSide: 26 - 12 * settings.originality / 100)
    }
}
