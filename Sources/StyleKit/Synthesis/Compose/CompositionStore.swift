/// The compositions of a sheet, which are searched once for all of its drafts.
final class CompositionStore {
    /// The short side of the level at which the places of a composition are improved.
    private static let refinedSide = 128
    /// How far a work is moved there, in pixels.
    private static let moves = [2, 1]

    private var works: [ComposedWork]?
    private var dealt: (seed: UInt64, compositions: [Composition])?

    /// The guide of one picture; nil where no two works can be joined.
    func guide(
        _ settings: GenerationSettings, pyramid: SourcePyramid, executor: RowParallelExecutor
    ) -> ComposeGuide? {
        let works = self.works ?? pyramid.composedWorks(executor: executor)
        self.works = works
        let sheet = settings.seed >> 4
        if dealt?.seed != sheet {
            let search = CompositionSearch(
                works, size: pyramid.plan.sizes[0], seed: sheet, executor: executor)
            dealt = (sheet, search.dealt())
        }
        guard let compositions = dealt?.compositions, !compositions.isEmpty else { return nil }
        // The drafts of a sheet are numbered from 1.
        let slot = Int((settings.seed &+ 15) & 15) % compositions.count
        let composition = refined(compositions[slot], pyramid: pyramid, executor: executor)
        return ComposeGuide(composition, works: works, plan: pyramid.plan)
    }

    /// Moves the works by parts of a pixel of the coarsest level, so that horizons meet.
    private func refined(
        _ composition: Composition, pyramid: SourcePyramid, executor: RowParallelExecutor
    ) -> Composition {
        let plan = pyramid.plan
        let level = min(plan.level(shortSide: Self.refinedSide), pyramid.lastLevel)
        guard level > 0 else { return composition }
        let size = plan.sizes[level]
        let scale = SIMD2(
            Float(size.width) / Float(plan.sizes[0].width),
            Float(size.height) / Float(plan.sizes[0].height))
        let works = pyramid.composedWorks(
            level, areas: composition.layers.map(\.area), executor: executor)
        func place(_ layer: Composition.Layer) -> SIMD2<Int> {
            let place = SIMD2(layer.x, layer.y) * scale
            return SIMD2(Int(place.x.rounded()), Int(place.y.rounded()))
        }
        let (far, join) = composition.joined[0]
        var best = (places: (place(composition.base), place(far)), cost: Float.infinity)
        func test(_ near: SIMD2<Int>, _ far: SIMD2<Int>) {
            let path = SeamPath(
                near: PlacedWork(work: works[0], x: near.x, y: near.y),
                far: PlacedWork(work: works[1], x: far.x, y: far.y), join: join, size: size)
            if let path, path.cost < best.cost { best = ((near, far), path.cost) }
        }
        test(best.places.0, best.places.1)
        for move in Self.moves {
            for step in [SIMD2(move, 0), SIMD2(-move, 0), SIMD2(0, move), SIMD2(0, -move)] {
                test(best.places.0 &+ step, best.places.1)
                test(best.places.0, best.places.1 &+ step)
            }
        }
        guard best.cost < .infinity else { return composition }
        var result = composition
        let (near, moved) = best.places
        result.base.x = Float(near.x) / scale.x
        result.base.y = Float(near.y) / scale.y
        result.joined[0].layer.x = Float(moved.x) / scale.x
        result.joined[0].layer.y = Float(moved.y) / scale.y
        return result
    }
}
