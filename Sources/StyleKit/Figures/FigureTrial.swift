/// A head on a base with one second body, in the raster of the search.
///
/// Its parts are prepared by one thread; afterwards they are only read.
final class FigureTrial {
    private let placed: FigureSearch.PlacedPair
    private let second: Int?
    private let isMirrored: Bool
    private var prepared: Prepared?

    private struct Prepared {
        let layer: FigureLayer
        let area: FigureMask
        let seams: SeamCosts
        let halves: [FigureHalf]
        let isUnified: Bool
        let dropsHeld: Bool
    }

    init(placed: FigureSearch.PlacedPair, second: Int?, isMirrored: Bool) {
        self.placed = placed
        self.second = second
        self.isMirrored = isMirrored
    }

    /// Bends the second body onto the base and colours it.
    func prepare(_ search: FigureSearch) {
        guard let second, !search.executor.isCancelled else { return }
        let single = RowParallelExecutor(threads: 1)
        let (random, work) = (search.random, search.set.works[second])
        let layer = FigurePlacement.bent(
            work, raster: work.small, isMirrored: isMirrored, onto: placed.base, stiffness: 60,
            executor: single)
        guard var layer else { return }
        let base = placed.pair.base
        let isUnified = random.percent(60, .hasUnifiedCloth, base)
        if isUnified {
            layer.moveCloths(
                from: work.cloths, to: placed.base.work.cloths, executor: single)
        }
        layer.moveSkin(to: placed.head.skin, executor: single)
        let dropsHeld =
            work.heldCount > 0
            && random.percent(
                placed.base.work.heldCount > 0 ? 80 : 50, .dropsHeld, base, second)
        if dropsHeld { layer.dropHeld() }
        // The upper and the lower half twice as often as one side.
        let order: [FigureHalf] = [.lower, .upper, .upper, .left, .right, .lower]
        var halves: [FigureHalf] = []
        for index in random.order(of: order.count, .secondHalf, base * 1_024 + second)
        where !halves.contains(order[index]) {
            halves.append(order[index])
        }
        let area = layer.usableArea
        let problem = FigureProblem(
            head: placed.head, base: placed.base, mirror: placed.mirror, second: layer,
            secondArea: area, half: halves[0], masks: placed.masks)
        let seams = SeamCosts(
            problem.features, width: problem.field.width, count: problem.field.count,
            weights: problem.seamWeights())
        prepared = Prepared(
            layer: layer, area: area, seams: seams, halves: halves, isUnified: isUnified,
            dropsHeld: dropsHeld)
    }

    /// Cuts with the second body pulled into one half.
    ///
    /// - Parameter half: The number of the half in the order of this trial.
    /// - Returns: nil if the second body cannot be bent so far.
    func choice(half number: Int, _ search: FigureSearch) -> FigureChoice? {
        guard let second else { return number == 0 ? search.plain(placed) : nil }
        guard let prepared else { return nil }
        let half = prepared.halves[number]
        let problem = FigureProblem(
            head: placed.head, base: placed.base, mirror: placed.mirror, second: prepared.layer,
            secondArea: prepared.area, half: half, masks: placed.masks)
        let field = problem.field
        let cut = LabelCut(
            width: field.width, height: field.height, costs: problem.costs, seams: prepared.seams,
            isCancelled: { search.executor.isCancelled })
        let labels = cut.expanded(
            from: cut.cheapest, rounds: 1, flow: GridFlow(width: field.width, height: field.height))
        return FigureChoice(
            base: placed.pair.base, head: placed.pair.head,
            isHeadMirrored: placed.pair.isMirrored, second: second, isSecondMirrored: isMirrored,
            half: half, isUnified: prepared.isUnified, dropsHeld: prepared.dropsHeld,
            labels: labels, layers: problem.layers,
            cost: cut.seamEnergy(of: labels) + search.penalty(problem, labels, half))
    }
}

extension FigureLayer {
    /// Leaves out what the body holds.
    mutating func dropHeld() {
        var mask = FigureMask(width: field.width, height: field.height)
        for part in parts.prefix(heldCount) {
            for index in mask.values.indices where part.values[index] > 76 { mask[index] = true }
        }
        mask = mask.dilated(by: max(0.6, 2 / field.step))
        for index in mask.values.indices where colors.pointer[index].w <= 0.02 {
            mask[index] = false
        }
        dropped = mask
        parts = Array(parts.dropFirst(heldCount))
        heldCount = 0
    }
}
