/// Guides by a picture that is painted after: one of the works, or any other.
///
/// The picture is roughed in by the very filter that roughs in the works, and keeps its own detail,
/// so that a calm sky asks for calm patches. How close it is kept decides on three things: what a
/// mark costs that comes from the work itself, how far its colours go to the light of another work,
/// and how far they are mapped to colours that the other works have.
struct AfterGuide: TargetGuide {
    /// The deviation of the bend in short sides.
    private static let deviation: Float = 0.03
    /// The part of the picture's side at each edge that is kept out of sight, for the bend.
    private static let margin: Float = 0.03

    private let mips: Mipmap
    /// The size of the picture at the finest level.
    private let size: PyramidPlan.Size
    private let work: Int?
    private let colors: ColorField?
    private let projection: SketchGuide?
    private let bend: Bend
    private let amounts: AfterAmounts
    private let plan: PyramidPlan
    private let isOnPaper: Bool

    /// - Parameters:
    ///   - picture: Premultiplied sRGB, of any size.
    ///   - work: The index of the picture in the pyramid's areas, if it is a work that gives marks.
    ///   - size: The size of that work at the finest level.
    init(
        _ picture: Canvas, work: Int?, size: PyramidPlan.Size?, closeness: Int,
        settings: GenerationSettings, pyramid: SourcePyramid, executor: RowParallelExecutor
    ) {
        plan = pyramid.plan
        isOnPaper = pyramid.isOpaque
        self.work = work
        mips = Mipmap(isOnPaper ? picture.onWhite : picture)
        let finest = plan.sizes[plan.sizes.count - 1]
        self.size =
            size
            ?? PyramidPlan.size(
                of: PyramidPlan.Size(width: picture.width, height: picture.height),
                withShortSide: min(finest.width, finest.height))
        let random = CounterRandom(seed: settings.seed)
        bend = Bend(strength: Self.deviation, wraps: false, random: random)
        amounts = AfterAmounts(closeness: closeness)
        let small = PyramidPlan.size(of: self.size, withShortSide: ColorField.shortSide)
        let works = pyramid.smallFeatures.indices.filter { $0 != work }
            .map { pyramid.smallFeatures[$0] }
        colors =
            amounts.light > 0
            ? ColorField(
                of: mips.scaled(width: small.width, height: small.height, executor: executor)
                    .features(executor), works: works,
                change: ColorField.Change(light: amounts.light, hue: 0, usesHeight: true),
                random: random, executor: executor) : nil
        projection =
            work == nil
            ? SketchGuide(
                works: pyramid.smallFeatures, usesHeight: true, seed: settings.seed,
                executor: executor) : nil
    }

    func guide(
        _ level: Int, source: SourceLevel, executor: RowParallelExecutor
    ) -> LevelGuide {
        let bent = varied(level, executor: executor)
        let radius = plan.fineAreaRadius(level: level)
        let channels = GuideMap.guide(bent, areaRadius: radius, executor: executor)
        if let projection {
            let mapped = projection.guide(
                for: channels.withAlpha(of: bent), areaRadius: radius, executor: executor)
            for index in 0..<(bent.width * bent.height) {
                let detail = channels.pixels[index].w
                channels.pixels[index] = mapped.pixels[index]
                channels.pixels[index].w = detail
            }
        }
        GuideMap.addLines(of: bent, areaRadius: radius, to: channels, executor: executor)
        return LevelGuide(
            channels: channels,
            places: work.map { work in
                KnownPlaces(
                    view(level), work: work, channels: channels, cost: amounts.ownMarks,
                    executor: executor)
            })
    }

    func features(_ level: Int, executor: RowParallelExecutor) -> Canvas? {
        varied(level, executor: executor)
    }

    private func varied(_ level: Int, executor: RowParallelExecutor) -> Canvas {
        let view = view(level)
        var features = mips.scaled(
            width: view.source.width, height: view.source.height, executor: executor
        ).features(executor)
        if let colors { features = colors.changed(features, executor: executor) }
        return view.pixels(of: features, executor: executor)
    }

    private func view(_ level: Int) -> BentView {
        BentView(
            covering: plan.sizes[level], of: PyramidPlan.scaled(size, by: plan.scales[level]),
            margin: Self.margin, bend: bend)
    }
}

/// What the closeness of a picture to the one that it is painted after decides.
struct AfterAmounts {
    /// Below this closeness the work itself gives no marks.
    static let leftOutBelow = 20
    /// The price at a closeness of 0.
    private static let farthestPrice: Float = 100_000
    /// From this closeness on the light stays.
    private static let unlitFrom = 60

    /// The part of the way to the light of another work.
    let light: Float
    /// What a patch costs more that comes from the work itself, where it has no small forms.
    let ownMarks: Int32

    /// - Parameter closeness: Within ``Limits/closeness``.
    init(closeness: Int) {
        let distance = Float(100 - closeness) / 100
        light = 0.8 * max(0, 1 - Float(closeness) / Float(Self.unlitFrom))
        ownMarks = Int32(Self.farthestPrice * distance)
    }
}
