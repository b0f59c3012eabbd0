/// What one picture is guided by on a level.
struct LevelGuide {
    /// The guide channels of every pixel; see ``GuideMap``.
    var channels: Canvas
    /// `[down, across]`: where each patch lies in the work that is painted after; nil where that is
    /// no work, or one that gives no marks.
    var places: KnownPlaces?
}

/// What guides a picture from the coarsest level to the finest: a sketch, or a picture that is
/// painted after.
protocol TargetGuide {
    /// The guide of one level.
    func guide(_ level: Int, executor: RowParallelExecutor) -> LevelGuide

    /// The features of the picture that the guide is made of, as it is varied.
    func features(_ level: Int, executor: RowParallelExecutor) -> Canvas
}
