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
        static let share = 80_000.0
        static let largestShare = 0.58
        static let smallestShare = 0.15
        static let brokenPart = 2_200.0
        static let secondHeld = 2_000.0
        static let hand = 2_500.0
        static let brokenHand = 3_000.0
        static let sides = 2_000.0
        /// Of the difference of colours across a seam, in sixteenths, and of what exceeds it.
        static let contrastBound: Int32 = 28 * 16
        static let contrast = 2.0
    }

    /// Second bodies that are tried for each base, and halves for each of those.
    private static let seconds = 16
    static let halves = 3
    private static let promising = 8
    /// The figures that are compared with the works until one is new.
    private static let comparedWithWorks = 8

    let set: FigureSet
    let random: CounterRandom
    let executor: RowParallelExecutor

    /// - Parameters:
    ///   - base: The work that is to give the pose, if one is.
    ///   - head: The work that is to give the head, if one is.
    ///   - isNew: Whether a figure is no copy of a work; asked of a few, the cheapest first.
    /// - Throws: ``StyleError/cancelled``, ``StyleError/nothingToUse``.
    func best(
        seed: UInt64, base: Int?, head: Int?, isNew: (FigureChoice) -> Bool,
        progress: (Double) -> Void
    ) throws(StyleError) -> FigureChoice {
        let cast = FigureCast(set, seed: seed, base: base, head: head)
        let pairs = try self.pairs(cast)
        progress(0.15)
        var trials: [FigureTrial] = []
        for pair in pairs { trials += self.trials(pair) }
        // One half of every second body first, then the other halves of the best.
        let first = try choices(trials.count, progress: { progress(0.15 + 0.5 * $0) }) {
            trials[$0].prepare(self)
            return trials[$0].choice(half: 0, self)
        }
        let costs = first.map { $0?.cost ?? .infinity }
        let order = trials.indices.sorted { (costs[$0], $0) < (costs[$1], $1) }
        var promising: [(trial: Int, half: Int)] = []
        for trial in order.prefix(Self.promising) where costs[trial] < .infinity {
            for half in 1..<Self.halves { promising.append((trial, half)) }
        }
        let second = try choices(promising.count, progress: { progress(0.65 + 0.35 * $0) }) {
            trials[promising[$0].trial].choice(half: promising[$0].half, self)
        }
        let all = (first + second).compactMap { $0 }
        let ranked = all.indices.sorted { (all[$0].cost, $0) < (all[$1].cost, $1) }
        guard let cheapest = ranked.first else { throw .nothingToUse }
        let new = ranked.prefix(Self.comparedWithWorks).first { isNew(all[$0]) }
        return all[new ?? cheapest]
    }

    /// Makes choices on all threads, in portions, so that progress is told in between.
    private func choices(
        _ count: Int, progress: (Double) -> Void, _ make: (Int) -> FigureChoice?
    ) throws(StyleError) -> [FigureChoice?] {
        var results = [FigureChoice?](repeating: nil, count: count)
        let portion = max(1, (count + 3) / 4)
        for start in stride(from: 0, to: count, by: portion) {
            let range = start..<min(count, start + portion)
            results.withUnsafeMutableBufferPointer { buffer in
                nonisolated(unsafe) let slots = buffer
                executor.each(range.count) { slots[start + $0] = make(start + $0) }
            }
            try executor.checkCancellation()
            progress(Double(range.upperBound) / Double(count))
        }
        return results
    }

    /// A head on a base as it was tried.
    struct PlacedPair {
        let pair: FigureCast.Pair
        let head: FigureLayer
        let base: FigureLayer
        let mirror: FigureLayer?
        let masks: FigureMasks
        let cost: Double
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
            seams: SeamCosts(
                problem.features, width: problem.field.width, count: problem.field.count,
                weights: weights),
            isCancelled: { executor.isCancelled })
    }

    private func trials(_ placed: PlacedPair) -> [FigureTrial] {
        let pair = placed.pair
        var others = set.works.indices.filter { $0 != pair.base && $0 != pair.head }
        // Of two works the head's gives the second body too.
        if others.isEmpty { others = set.works.indices.filter { $0 != pair.base } }
        guard !others.isEmpty else {
            return [FigureTrial(placed: placed, second: nil, isMirrored: false)]
        }
        let order = random.order(of: others.count, .secondBodies, pair.base)
        return order.prefix(Self.seconds).map { index in
            FigureTrial(
                placed: placed, second: others[index],
                isMirrored: random.percent(35, .isSecondMirrored, pair.base, others[index]))
        }
    }

    /// The base with another head only.
    func plain(_ placed: PlacedPair) -> FigureChoice {
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
    func penalty(_ problem: FigureProblem, _ labels: [UInt8], _ half: FigureHalf) -> Double {
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
        cost += partPenalty(problem, labels) + contrast(problem, labels)
        if half == .left || half == .right { cost += Price.sides }
        return cost
            + FigureCast.skinCost(problem.base.work, problem.head.work)
    }

    /// How much seams inside the figure show: what their colours differ by beyond a bound.
    private func contrast(_ problem: FigureProblem, _ labels: [UInt8]) -> Double {
        let layers = problem.layers
        var sum: Int32 = 0
        func add(_ here: Int, _ there: Int) {
            guard labels[here] != labels[there], let first = layers[Int(labels[here])],
                let second = layers[Int(labels[there])], first.isOpaque(here),
                second.isOpaque(there)
            else { return }
            let difference = SeamCosts.difference(
                first.features.pointer[here], second.features.pointer[there])
            sum &+= max(0, difference &- Price.contrastBound)
        }
        for y in 0..<problem.field.height - 1 {
            for x in 0..<problem.field.width - 1 {
                let index = y * problem.field.width + x
                add(index, index + 1)
                add(index, index + problem.field.width)
            }
        }
        return Price.contrast * Double(sum) / Double(LabelCut.unit)
    }

    /// Held things and forearms are there whole or not at all; one thing, two hands.
    private func partPenalty(_ problem: FigureProblem, _ labels: [UInt8]) -> Double {
        var cost = 0.0
        var held = 0
        var hands = 0
        for label in [FigureLabel.base, FigureLabel.second] {
            guard let layer = problem.layers[Int(label)] else { continue }
            for hand in layer.hands {
                guard let share = Self.share(of: hand, labels, label) else { continue }
                if share > 0.1, share < 0.9 { cost += Price.brokenHand }
            }
            for (number, part) in layer.parts.enumerated() {
                guard let share = Self.share(of: part, labels, label) else { continue }
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

    /// The share of a part that a donor gives; nil if it is hardly there.
    private static func share(
        of part: FigureMask, _ labels: [UInt8], _ label: UInt8
    ) -> Double? {
        var all = 0
        var own = 0
        for index in labels.indices where part.values[index] > 0 {
            all += Int(part.values[index])
            if labels[index] == label { own += Int(part.values[index]) }
        }
        return all >= 4 * 255 ? Double(own) / Double(all) : nil
    }
}
