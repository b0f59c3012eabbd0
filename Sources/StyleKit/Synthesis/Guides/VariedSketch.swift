/// Guides by a sketch, whose colours are mapped to the works', with another light, other colours by
/// area and a small bend for every seed: as many pictures as a sketch can mean.
struct VariedSketch: TargetGuide {
    /// How far seeds depart from the sketch at an originality of 50: the part of the way to another
    /// light and to other colours by area, and the deviation of the bend in short sides.
    private static let light: Float = 0.8
    private static let hue: Float = 0.5
    private static let bend: Float = 0.02

    private let sketch: Canvas
    private let guide: SketchGuide
    private let colors: ColorField?
    private let bend: Bend?
    private let plan: PyramidPlan
    private let isTile: Bool

    /// - Parameter sketch: Premultiplied sRGB, of any size.
    init(
        _ sketch: Canvas, settings: GenerationSettings, pyramid: SourcePyramid,
        executor: RowParallelExecutor
    ) {
        self.sketch = sketch
        plan = pyramid.plan
        isTile = settings.isTile
        guide = SketchGuide(
            works: pyramid.smallFeatures, usesHeight: !isTile, seed: settings.seed,
            executor: executor)
        let random = CounterRandom(seed: settings.seed)
        let part = Float(settings.originality) / 50
        bend = part > 0 ? Bend(strength: Self.bend * part, wraps: isTile, random: random) : nil
        // Ink on paper has no other light: what is dark stays ink.
        let colored = part * min(1, max(0, (guide.colorCount - 2) / 4))
        guard colored > 0 else {
            colors = nil
            return
        }
        let small = PyramidPlan.size(
            of: plan.sizes[0], withShortSide: ColorField.shortSide)
        colors = ColorField(
            of: sketch.scaled(
                width: small.width, height: small.height, isTile: isTile, executor: executor
            ).features(executor), works: pyramid.smallFeatures,
            change: ColorField.Change(
                light: min(1, Self.light * colored), hue: min(1, Self.hue * colored),
                usesHeight: !isTile), random: random, executor: executor)
    }

    func guide(
        _ level: Int, source: SourceLevel, executor: RowParallelExecutor
    ) -> LevelGuide {
        LevelGuide(
            channels: guide.guide(
                for: varied(level, executor: executor),
                areaRadius: plan.areaRadius(level: level), executor: executor))
    }

    func features(_ level: Int, executor: RowParallelExecutor) -> Canvas? {
        varied(level, executor: executor)
    }

    private func varied(_ level: Int, executor: RowParallelExecutor) -> Canvas {
        let size = plan.sizes[level]
        var features = sketch.scaled(
            width: size.width, height: size.height, isTile: isTile, executor: executor
        ).features(executor)
        if let colors { features = colors.changed(features, executor: executor) }
        guard let bend else { return features }
        return BentView(of: size, wraps: isTile, bend: bend)
            .pixels(of: features, executor: executor)
    }
}
