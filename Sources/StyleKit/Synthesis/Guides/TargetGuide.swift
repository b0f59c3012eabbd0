/// What one picture is guided by on a level.
struct LevelGuide {
    /// The guide channels of every pixel; see ``GuideMap``.
    var channels: Canvas
    /// `[down, across]`: where each patch lies in the work that is painted after; nil where that is
    /// no work, or one that gives no marks.
    var places: KnownPlaces?
    /// Where each patch lies in the works of a composition; nil for other pictures.
    var composed: ComposedLevel?
}

/// What guides a picture from the coarsest level to the finest: a sketch, a picture that is painted
/// after, or a composition.
protocol TargetGuide {
    /// The guide of one level.
    ///
    /// - Parameter source: The works at that level.
    func guide(
        _ level: Int, source: SourceLevel, executor: RowParallelExecutor
    ) -> LevelGuide

    /// The features of the picture that the guide is made of, as it is varied; nil for a
    /// composition, which has none of its own.
    func features(_ level: Int, executor: RowParallelExecutor) -> Canvas?
}
