/// One way to put a figure together, found in the raster of the search.
struct FigureChoice {
    let base: Int
    let head: Int
    let isHeadMirrored: Bool
    let second: Int?
    let isSecondMirrored: Bool
    let half: FigureHalf
    /// Whether the second body's cloth takes the base's colours.
    let isUnified: Bool
    /// Whether what the second body holds is left out.
    let dropsHeld: Bool
    /// By pixel of the search.
    let labels: [UInt8]
    /// The layers of the search, by label.
    let layers: [FigureLayer?]
    let cost: Double
}

/// Tries heads, bases and second bodies at a quarter of the frame's size, and takes what costs
/// least: seams, holes, unlike skins, things cut in two, hands too many or too few.
struct FigureSearch {
    private enum Price {
        static let hole = 40.0
        static let share = 40_000.0
        static let largestShare = 0.58
        static let smallestShare = 0.15
        static let brokenPart = 2_200.0
        static let secondHeld = 2_000.0
        static let hand = 1_500.0
        static let sides = 800.0
    }

    /// Second bodies that are tried for each base, and halves for each of those.
    private static let seconds = 8
    private static let halves = 3

    let set: FigureSet
    let random: FigureRandom
    let executor: RowParallelExecutor

    /// - Parameter base: The work that is to give the pose, if one is.
    /// - Throws: ``StyleError/cancelled``.
    func best(
        seed: UInt64, base: Int?, head: Int?, progress: (Double) -> Void
    ) throws(StyleError) -> FigureChoice {
        let cast = FigureCast(set, seed: seed, base: base, head: head)
        let pairs = try self.pairs(cast)
        progress(0.2)
        var trials: [Trial] = []
        for pair in pairs { trials += self.trials(pair) }
        var results = [FigureChoice?](repeating: nil, count: trials.count)
        // In portions, so that progress is told in between.
        let portion = max(1, (trials.count + 7) / 8)
        for start in stride(from: 0, to: trials.count, by: portion) {
            let range = start..<min(trials.count, start + portion)
            results.withUnsafeMutableBufferPointer { buffer in
                nonisolated(unsafe) let slots = buffer
                executor.each(range.count) { index in
                    slots[start + index] = bestHalf(of: trials[start + index])
                }
            }
            try executor.checkCancellation()
            progress(0.2 + 0.8 * Double(range.upperBound) / Double(trials.count))
        }
        var best: FigureChoice?
        for result in results {
            if let result, result.cost < best?.cost ?? .infinity { best = result }
        }
        guard let best else { throw .nothingToUse }
        return best
    }

    /// A head on a base as it was tried.
    private struct PlacedPair {
        let pair: FigureCast.Pair
        let head: FigureLayer
        let base: FigureLayer
        let mirror: FigureLayer?
        let masks: FigureMasks
        let cost: Double
    }

    private struct Trial {
        let placed: PlacedPair
        let second: Int?
        let isMirrored: Bool
        let number: Int
    }

    /// The best heads of each base of the cast.
    private func pairs(_ cast: FigureCast) throws(StyleError) -> [PlacedPair] {
        var placed = [PlacedPair?](repeating: nil, count: cast.pairs.count)
        placed.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let slots = buffer
            executor.each(cast.pairs.count) { slots[$0] = place(cast.pairs[$0]) }
        }
        try executor.checkCancellation()
        var best: [PlacedPair] = []
        for pair in placed.compactMap({ $0 }).sorted(by: { $0.cost < $1.cost })
        where !best.contains(where: { $0.pair.base == pair.pair.base }) {
            best.append(pair)
        }
        return Array(best.prefix(3))
    }

    private func place(_ pair: FigureCast.Pair) -> PlacedPair {
        let single = RowParallelExecutor(threads: 1)
        let work = set.works[pair.head]
        var base = set.bodies[pair.base]
        let head = FigurePlacement.head(
            work, raster: work.small, isMirrored: pair.isMirrored, on: base,
            medianSize: set.medianHeadSize, executor: single)
        base.moveSkin(to: work.skin, executor: single)
        var mirror = FigurePlacement.bent(
            base.work, raster: base.work.small, isMirrored: true, onto: base, stiffness: 5,
            executor: single)
        mirror?.moveSkin(to: work.skin, executor: single)
        let masks = FigureMasks(head: head, base: base, mirror: mirror)
        let problem = FigureProblem(head: head, base: base, mirror: mirror, masks: masks)
        let cut = self.cut(problem, weights: nil)
        let labels = cut.expanded(
            from: cut.cheapest, rounds: 1,
            flow: GridFlow(width: base.field.width, height: base.field.height))
        let holes = problem.hole.values.indices.count {
            problem.hole[$0] && labels[$0] == FigureLabel.clear
        }
        let cost =
            cut.seamEnergy(of: labels) + Price.hole * Double(holes)
            + FigureCast.skinCost(base.work, work) + (pair.isMirrored ? 200 : 0)
            + 160 * abs(work.yaw(isMirrored: pair.isMirrored) - base.work.yaw)
        return PlacedPair(
            pair: pair, head: head, base: base, mirror: mirror, masks: masks, cost: cost)
    }

    private func cut(_ problem: FigureProblem, weights: [UInt8]?) -> LabelCut {
        LabelCut(
            width: problem.field.width, height: problem.field.height, costs: problem.costs,
            seams: SeamCosts(problem.features, count: problem.field.count, weights: weights),
            isCancelled: { executor.isCancelled })
    }

    private func trials(_ placed: PlacedPair) -> [Trial] {
        let others = set.works.indices.filter { $0 != placed.pair.base }
        guard !others.isEmpty, placed.mirror != nil else {
            return [Trial(placed: placed, second: nil, isMirrored: false, number: 0)]
        }
        let order = random.order(of: others.count, .seconds, placed.pair.base)
        return order.prefix(Self.seconds).enumerated().map { number, index in
            Trial(
                placed: placed, second: others[index],
                isMirrored: random.percent(
                    35, .isSecondMirrored, placed.pair.base, others[index]),
                number: number)
        }
    }

    /// The best half of a second body.
    private func bestHalf(of trial: Trial) -> FigureChoice? {
        let placed = trial.placed
        guard let second = trial.second else { return plain(placed) }
        let single = RowParallelExecutor(threads: 1)
        let work = set.works[second]
        let layer = FigurePlacement.bent(
            work, raster: work.small, isMirrored: trial.isMirrored, onto: placed.base,
            stiffness: 60, executor: single)
        guard var layer, !executor.isCancelled else { return nil }
        let isUnified = random.percent(60, .isUnified, placed.pair.base)
        if isUnified {
            layer.moveCloths(
                from: work.cloths, to: placed.base.work.cloths, executor: single)
        }
        layer.moveSkin(to: placed.head.skin, executor: single)
        let dropsHeld =
            work.heldCount > 0
            && random.percent(
                placed.base.work.heldCount > 0 ? 80 : 50, .dropsHeld, placed.pair.base, second)
        if dropsHeld { layer.dropHeld() }
        let order: [FigureHalf] = [.lower, .upper, .upper, .left, .right, .lower]
        var halves: [FigureHalf] = []
        for index in random.order(of: order.count, .half, placed.pair.base * 1_024 + second)
        where !halves.contains(order[index]) {
            halves.append(order[index])
        }
        let first = FigureProblem(
            head: placed.head, base: placed.base, mirror: placed.mirror, second: layer,
            half: halves[0], masks: placed.masks)
        let weights = first.seamWeights()
        let seams = SeamCosts(first.features, count: first.field.count, weights: weights)
        let flow = GridFlow(width: first.field.width, height: first.field.height)
        var best: FigureChoice?
        for half in halves.prefix(Self.halves) {
            let problem = FigureProblem(
                head: placed.head, base: placed.base, mirror: placed.mirror, second: layer,
                half: half, masks: placed.masks)
            let cut = LabelCut(
                width: problem.field.width, height: problem.field.height, costs: problem.costs,
                seams: seams, isCancelled: { executor.isCancelled })
            let labels = cut.expanded(from: cut.cheapest, rounds: 1, flow: flow)
            let cost = cut.seamEnergy(of: labels) + penalty(problem, labels, half, placed.pair)
            guard cost < best?.cost ?? .infinity else { continue }
            best = FigureChoice(
                base: placed.pair.base, head: placed.pair.head,
                isHeadMirrored: placed.pair.isMirrored, second: second,
                isSecondMirrored: trial.isMirrored, half: half, isUnified: isUnified,
                dropsHeld: dropsHeld, labels: labels, layers: problem.layers, cost: cost)
        }
        return best
    }

    /// The base with another head only.
    private func plain(_ placed: PlacedPair) -> FigureChoice {
        let problem = FigureProblem(
            head: placed.head, base: placed.base, mirror: placed.mirror, masks: placed.masks)
        let cut = self.cut(problem, weights: problem.seamWeights())
        let labels = cut.expanded(
            from: cut.cheapest, rounds: 2,
            flow: GridFlow(width: problem.field.width, height: problem.field.height))
        return FigureChoice(
            base: placed.pair.base, head: placed.pair.head,
            isHeadMirrored: placed.pair.isMirrored, second: nil, isSecondMirrored: false,
            half: .upper, isUnified: false, dropsHeld: false, labels: labels,
            layers: problem.layers, cost: placed.cost + 100_000)
    }

    /// What speaks against a figure apart from its seams.
    private func penalty(
        _ problem: FigureProblem, _ labels: [UInt8], _ half: FigureHalf, _ pair: FigureCast.Pair
    ) -> Double {
        var areas = [Double](repeating: 0, count: problem.costs.count)
        let layers = problem.layers
        var holes = 0
        for index in labels.indices {
            let label = Int(labels[index])
            if let layer = layers[label] {
                areas[label] += Double(layer.colors.pointer[index].w)
            } else if problem.hole[index] {
                holes += 1
            }
        }
        let total = max(1, areas.reduce(0, +))
        let base = (areas[1] + areas[3]) / total
        let second = areas[4] / total
        var cost = Price.hole * Double(holes)
        cost += Price.share * max(0, max(base, second) - Price.largestShare)
        cost += Price.share * max(0, Price.smallestShare - min(second, areas[1] / total))
        cost += partPenalty(problem, labels)
        if half == .left || half == .right { cost += Price.sides }
        return cost
            + FigureCast.skinCost(problem.base.work, problem.head.work)
    }

    /// Held things and forearms are there whole or not at all; one thing, two hands.
    private func partPenalty(_ problem: FigureProblem, _ labels: [UInt8]) -> Double {
        var cost = 0.0
        var held = 0
        var hands = 0
        for label in [FigureLabel.base, FigureLabel.second] {
            guard let layer = problem.layers[Int(label)] else { continue }
            for (number, part) in layer.parts.enumerated() {
                var all = 0.0
                var own = 0.0
                for index in labels.indices where part.values[index] > 0 {
                    all += Double(part.values[index])
                    if labels[index] == label { own += Double(part.values[index]) }
                }
                guard all >= 4 * 255 else { continue }
                let share = own / all
                if share > 0.12, share < 0.85 {
                    cost += Price.brokenPart * min(1, 4 * min(share - 0.12, 0.85 - share) + 0.4)
                }
                guard share >= 0.5 else { continue }
                if number < layer.heldCount { held += 1 } else { hands += 1 }
            }
        }
        let wanted = min(2, problem.base.parts.count - problem.base.heldCount)
        if held > 1 { cost += Price.secondHeld }
        cost += Price.hand * Double(max(0, hands - 2) + max(0, wanted - hands))
        return cost
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
