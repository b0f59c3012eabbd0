/// Finds which works go together, how they lie and where they meet, and deals the best of them out
/// to the drafts of a sheet.
///
/// It is a function of the works and of the sheet's seed: a draft's own settings find the same
/// composition without its sheet. Sixteen seeds in a row share a sheet (see
/// ``DraftSheet/settings(ofDraft:)``), and no two of them show the same pair while there are
/// others.
struct CompositionSearch {
    /// The part of a cost by which chance raises it, for a pair of works on one sheet.
    private static let chance: Float = 0.25
    /// The places of two works that are tried at random for each pair and join.
    private static let trials = 40
    /// The rounds in which the places of the best are improved.
    private static let rounds = 2
    /// What one more use of a work on a sheet costs.
    private static let repetition: Float = 6

    private let works: [ComposedWork]
    private let size: PyramidPlan.Size
    private let random: CounterRandom
    private let executor: RowParallelExecutor

    /// - Parameters:
    ///   - works: At the coarsest level; those of which nothing may be taken are left out.
    ///   - size: Of the picture at the coarsest level.
    ///   - seed: Of the sheet.
    init(
        _ works: [ComposedWork], size: PyramidPlan.Size, seed: UInt64,
        executor: RowParallelExecutor
    ) {
        self.works = works
        self.size = size
        random = CounterRandom(seed: seed)
        self.executor = executor
    }

    /// The compositions of the sixteen slots of a sheet, the first draft's first.
    func dealt() -> [Composition] {
        let found = candidates()
        var used: [SIMD2<Int>: Int] = [:]
        var uses = [Int](repeating: 0, count: works.count)
        var free = found
        var dealt: [Composition] = []
        while dealt.count < 16, !free.isEmpty {
            func price(_ candidate: Candidate) -> Float {
                let again = Float(used[candidate.pair] ?? 0) * 1_000
                return candidate.price + again
                    + Float(uses[candidate.near] + uses[candidate.far]) * Self.repetition
            }
            let prices = free.map(price)
            guard let best = prices.indices.min(by: { prices[$0] < prices[$1] }) else { break }
            let candidate = free.remove(at: best)
            used[candidate.pair, default: 0] += 1
            uses[candidate.near] += 1
            uses[candidate.far] += 1
            dealt.append(candidate.composition(works))
        }
        return dealt
    }

    /// Two works, how they meet and where they lie.
    private struct Candidate {
        var near: Int
        var far: Int
        var join: Composition.Join
        /// The pixels of both works that the picture's first pixel has.
        var places: SIMD4<Int>
        var cost: Float = .infinity
        var price: Float = .infinity

        var pair: SIMD2<Int> { SIMD2(min(near, far), max(near, far)) }

        func composition(_ works: [ComposedWork]) -> Composition {
            Composition(
                base: Composition.Layer(
                    area: works[near].area, x: Float(places[0]), y: Float(places[1])),
                joined: [
                    (
                        Composition.Layer(
                            area: works[far].area, x: Float(places[2]), y: Float(places[3])),
                        join
                    )
                ], cost: cost)
        }
    }

    /// The best places of every pair that is tried, without those that fit nowhere.
    private func candidates() -> [Candidate] {
        var list: [Candidate] = []
        for near in works.indices {
            for far in works.indices where near != far && !works[near].resembles(works[far]) {
                for join in Composition.Join.allCases {
                    list.append(
                        Candidate(near: near, far: far, join: join, places: SIMD4()))
                }
            }
        }
        if list.count > Limits.composedPairs {
            let order = random.order(of: list.count, .composedPairs)
            list = order.prefix(Limits.composedPairs).sorted().map { list[$0] }
        }
        let tried = PaddedBuffer<Float>(count: list.count, filledWith: .infinity)
        let places = PaddedBuffer<SIMD4<Int>>(count: list.count, filledWith: SIMD4())
        executor.each(list.count) { index in
            let best = self.best(list[index], index: index)
            tried.pointer[index] = best.cost
            places.pointer[index] = best.places
        }
        for index in list.indices {
            list[index].cost =
                tried[index] + works[list[index].near].strangeness(to: works[list[index].far])
            list[index].places = places[index]
            let pair = list[index].pair
            let chance = Float(random.below(1_000, .composedPrice, pair.x, pair.y)) / 1_000
            list[index].price = list[index].cost * (1 + Self.chance * chance)
        }
        return list.filter { $0.cost < .infinity }
    }

    /// The cheapest of some random places, improved by small steps.
    private func best(_ candidate: Candidate, index: Int) -> Candidate {
        var best = candidate
        for trial in 0..<Self.trials {
            guard let places = places(of: candidate, index: index, trial: trial) else { break }
            test(places, &best)
        }
        guard best.cost < .infinity else { return best }
        for round in 0..<Self.rounds {
            let step = Self.rounds - round
            for lane in 0..<4 {
                for direction in [-step, step] {
                    var places = best.places
                    places[lane] += direction
                    test(places, &best)
                }
            }
        }
        return best
    }

    private func test(_ places: SIMD4<Int>, _ best: inout Candidate) {
        let path = SeamPath(
            near: PlacedWork(work: works[best.near], x: places[0], y: places[1]),
            far: PlacedWork(work: works[best.far], x: places[2], y: places[3]),
            join: best.join, size: size, bound: best.cost)
        guard let path, path.cost < best.cost else { return }
        best.cost = path.cost
        best.places = places
    }

    /// Random places at which both works cover their sides; nil where they cannot.
    private func places(of candidate: Candidate, index: Int, trial: Int) -> SIMD4<Int>? {
        let isBeside = candidate.join == .beside
        var places = SIMD4<Int>()
        for (number, work) in [works[candidate.near], works[candidate.far]].enumerated() {
            let isFar = number == 1
            let horizontal = range(
                work.width, in: size.width, isFar: isFar, isCut: isBeside, work.openEdges.isOnPaper)
            // What is above begins at the top of its work, and what is below ends at its bottom:
            // skies stay up.
            let vertical = range(
                work.height, in: size.height, isFar: isFar, isCut: !isBeside,
                work.openEdges.isOnPaper)
            guard !horizontal.isEmpty, !vertical.isEmpty else { return nil }
            for (axis, range) in [horizontal, vertical].enumerated() {
                places[number * 2 + axis] =
                    range.lowerBound
                    + random.below(
                        range.count, .composedPlaces, index, trial * 4 + number * 2 + axis)
            }
        }
        return places
    }

    /// The places along one axis at which a work covers its side of the picture.
    ///
    /// - Parameter isCut: Whether the works meet along this axis; else the work covers all of it.
    private func range(
        _ length: Int, in side: Int, isFar: Bool, isCut: Bool, _ isOnPaper: Bool
    ) -> Range<Int> {
        if isOnPaper {
            // The middle of the work lies in its own half, or anywhere in the middle along a cut.
            let middles =
                isCut
                ? (isFar ? side / 2..<side * 7 / 8 : side / 8..<side / 2) : side / 3..<side * 2 / 3
            return length / 2 - middles.upperBound..<length / 2 - middles.lowerBound
        }
        let reach = isCut ? side * 55 / 100 : side
        let room = length - reach
        guard room >= 0 else { return 0..<0 }
        guard isCut else { return 0..<room + 1 }
        return isFar ? reach - side..<reach - side + room + 1 : 0..<room + 1
    }
}
