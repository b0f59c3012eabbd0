/// Guides by a composition of two or three works.
///
/// Levels are asked for in turn, as each cut begins from that of the level before.
final class ComposeGuide: TargetGuide {
    /// What is joined, and where.
    let composition: Composition
    private let works: [ComposedWork]
    private let plan: PyramidPlan
    private var cut: CompositionCut?
    private var tone: SeamTone?

    /// - Parameter works: At the coarsest level.
    init(_ composition: Composition, works: [ComposedWork], plan: PyramidPlan) {
        self.composition = composition
        self.works = works
        self.plan = plan
    }

    func guide(_ level: Int, source: SourceLevel, executor: RowParallelExecutor) -> LevelGuide {
        let size = plan.sizes[level]
        let layers = placed(level, source)
        let views = layers.map { layer in
            LayerView(layer, source: source, size: size, executor: executor)
        }
        let cut = CompositionCut(
            views, joins: composition.joined.map(\.join), size: size, coarse: self.cut,
            isCancelled: { executor.isCancelled })
        self.cut = cut
        let tone = self.tone ?? tone(cut)
        self.tone = tone
        let composed = ComposedLevel(
            layers, cut: cut, source: source,
            tone: { tone.change($0, x: $1, y: $2, in: size) }, executor: executor)
        let channels = Canvas(width: size.width, height: size.height)
        executor.run(rows: size.height) { rows in
            for y in rows {
                for x in 0..<size.width {
                    let layer = Int(cut.labels[y * size.width + x])
                    let guide = source.guides.pointer[layers[layer].index(x, y)]
                    var value =
                        SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: guide))
                        + tone.change(layer, x: x, y: y, in: size)
                    value.w = Float(guide.w)
                    channels.pixels[y * size.width + x] = value.bytes()
                }
            }
        }
        return LevelGuide(channels: channels, composed: composed)
    }

    func features(_ level: Int, executor: RowParallelExecutor) -> Canvas? { nil }

    private func tone(_ cut: CompositionCut) -> SeamTone {
        SeamTone(
            composition.layers.compactMap { layer in
                works.first { $0.area == layer.area }.map { work in
                    (work, Int(layer.x.rounded()), Int(layer.y.rounded()))
                }
            }, cut: cut)
    }

    private func placed(_ level: Int, _ source: SourceLevel) -> [PlacedLayer] {
        let coarsest = plan.sizes[0]
        let size = plan.sizes[level]
        return composition.layers.map { layer in
            PlacedLayer(
                work: layer.area, area: source.areas[layer.area],
                x: Self.scaled(layer.x, size.width, coarsest.width),
                y: Self.scaled(layer.y, size.height, coarsest.height))
        }
    }

    private static func scaled(_ value: Float, _ fine: Int, _ coarse: Int) -> Int {
        Int((value * Float(fine) / Float(coarse)).rounded())
    }
}
