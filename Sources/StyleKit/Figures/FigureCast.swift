/// Which bases and heads each draft of a sheet may choose from, so that no two drafts show the same
/// head or the same base while the set has others.
///
/// It is a function of the works and of the sheet's seed alone: a draft's own settings find the
/// same choice. Sixteen seeds in a row share a sheet (see ``DraftSheet/settings(ofDraft:)``).
struct FigureCast {
    /// A head on a base.
    struct Pair: Equatable {
        let base: Int
        let head: Int
        let isMirrored: Bool
    }

    /// How much of the cost of a pair chance makes up.
    private static let noise = 500
    /// The most turned that a head may sit on a body, and the most that skins may differ.
    private static let greatestTurn = 0.45
    private static let greatestSkinDifference: Float = 9

    /// The pairs to try, the most promising first.
    let pairs: [Pair]

    /// - Parameters:
    ///   - base: The work that is to give the pose; nil for any.
    ///   - head: The work that is to give the head; nil for any.
    init(_ set: FigureSet, seed: UInt64, base: Int?, head: Int?) {
        let random = CounterRandom(seed: seed >> 4)
        let slot = Int(seed & 15)
        let works = set.works.indices
        let bases = base.map { [$0] } ?? Array(works)
        let heads = head.map { [$0] } ?? Array(works)
        var options: [(pair: Pair, cost: Double)] = []
        for base in bases {
            for head in heads where head != base || bases.count * heads.count == 1 {
                for isMirrored in [false, true] where head != base || !isMirrored {
                    let pair = Pair(base: base, head: head, isMirrored: isMirrored)
                    let chance = random.below(
                        Self.noise, .figurePairs, base, head * 2 + (isMirrored ? 1 : 0))
                    options.append((pair, Self.cost(pair, set) + Double(chance)))
                }
            }
        }
        options.sort {
            ($0.cost, $0.pair.base, $0.pair.head) < ($1.cost, $1.pair.base, $1.pair.head)
        }
        pairs = Self.pairs(
            of: slot, options.map(\.pair), keepsBases: base == nil, keepsHeads: head == nil)
    }

    /// Deals the pairs out to the slots of a sheet, the drafts of a sheet first.
    private static func pairs(
        of slot: Int, _ options: [Pair], keepsBases: Bool, keepsHeads: Bool
    ) -> [Pair] {
        var usedBases: Set<Int> = []
        var usedHeads: Set<Int> = []
        var dealt: [Int: [Pair]] = [:]
        func deal(to slot: Int) -> Bool {
            let own = dealt[slot] ?? []
            let ownBases = own.map(\.base)
            let ownHeads = own.map(\.head)
            let found = options.first { pair in
                let isBaseFree =
                    !keepsBases || !usedBases.contains(pair.base) || ownBases.contains(pair.base)
                let isHeadFree =
                    !keepsHeads || !usedHeads.contains(pair.head) || ownHeads.contains(pair.head)
                return isBaseFree && isHeadFree && !own.contains(pair)
                    && !dealt.values.contains { $0.contains(pair) }
            }
            guard let found else { return false }
            usedBases.insert(found.base)
            usedHeads.insert(found.head)
            dealt[slot, default: []].append(found)
            return true
        }
        for group in [Array(1...9), [10, 11, 12, 13, 14, 15, 0]] {
            usedBases = []
            usedHeads = []
            for slot in group where !deal(to: slot) {
                // The set is used up: begin it again.
                usedBases = []
                usedHeads = []
                _ = deal(to: slot)
            }
            // What is left over widens the choice.
            for _ in 0..<3 {
                for slot in group { _ = deal(to: slot) }
            }
            if let pairs = dealt[slot] { return pairs }
        }
        return Array(options.prefix(1))
    }

    /// What speaks against a pair, in the units of the search, without looking at pixels.
    static func cost(_ pair: Pair, _ set: FigureSet) -> Double {
        let base = set.works[pair.base]
        let head = set.works[pair.head]
        let turn = abs(head.yaw(isMirrored: pair.isMirrored) - base.yaw)
        var cost = 160 * turn + (pair.isMirrored ? 200 : 0) + Self.skinCost(base, head)
        if turn > greatestTurn { cost += 5_000 + 10_000 * turn }
        let skins = head.skinDifference(base)
        if skins > greatestSkinDifference { cost += 10_000 * Double(skins) / 9 }
        return cost + 15 * set.holes(pair)
    }

    static func skinCost(_ base: FigureWork, _ head: FigureWork) -> Double {
        let gap = head.skin - base.skin
        return Double(70 * (abs(gap.y) + abs(gap.z)) + 15 * abs(gap.x))
    }
}
