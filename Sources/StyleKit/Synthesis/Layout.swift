/// Composes the coarsest level from large pieces of the works: guided image quilting.
struct Layout {
    /// How pieces are chosen.
    struct Rules {
        var candidates = 6_000
        var guideWeight: Float = 0
        var heightWeight: Float = 0
        var overlapWeight: Float = 1
        /// The largest part of the picture from one work.
        var workShare = 0.4
        /// The largest part of a piece that was used before.
        var reusedPart = 0.2

        /// After a sketch: its colours come first, and any work may serve any part.
        static let sketch = Rules(
            candidates: 3_000, guideWeight: 2, heightWeight: 3_000, workShare: 1, reusedPart: 1)
        /// From the works alone: no work and no part of one may lead.
        static let remix = Rules(heightWeight: 3_000)
    }

    /// More than any honest difference.
    private static let breachCost: Float = 100_000

    private struct Candidate {
        var match: Match
        var cost: Float
    }

    let paint: PaintLevel
    let source: SourceLevel
    let rules: Rules
    let random: CounterRandom
    let bands: Bands
    /// For every pixel of the picture its pixel in the works.
    private let labels: Block<Match>
    private let isFilled: Block<Bool>
    private let isUsed: Block<Bool>
    private let workAreas: Block<Int>

    init(
        paint: PaintLevel, source: SourceLevel, rules: Rules, random: CounterRandom, bands: Bands
    ) {
        self.paint = paint
        self.source = source
        self.rules = rules
        self.random = random
        self.bands = bands
        let none = Match(work: 0, isMirrored: false, x: 0, y: 0)
        labels = Block(count: paint.width * paint.height, filledWith: none)
        isFilled = Block(count: paint.width * paint.height, filledWith: false)
        isUsed = Block(count: source.features.count, filledWith: false)
        workAreas = Block(count: source.areas.count, filledWith: 0)
    }

    /// Fills the cells in order and leaves the field of patches in the level.
    func compose(_ cells: [LayoutCell]) {
        for (index, cell) in cells.enumerated() {
            let margin = max(2, min(cell.width, cell.height) * 35 / 100)
            let left = max(0, cell.x - margin)
            let top = max(0, cell.y - margin)
            let window = LayoutCell(
                x: left, y: top,
                width: min(paint.width, cell.x + cell.width + margin) - left,
                height: min(paint.height, cell.y + cell.height + margin) - top)
            let piece = choose(for: window, index: index)
            place(piece, in: window, cell: cell)
        }
        writeField()
    }

    private func choose(for window: LayoutCell, index: Int) -> Match {
        let count = rules.candidates
        let none = Candidate(
            match: Match(work: 0, isMirrored: false, x: 0, y: 0), cost: .infinity)
        let list = Block<Candidate>(count: count, filledWith: none)
        let parts = 16
        bands.each(parts) { part in
            for number in (part * count / parts)..<((part + 1) * count / parts) {
                list.pointer[number] = candidate(number, for: window, index: index)
            }
        }
        var best = Float.infinity
        for number in 0..<count { best = min(best, list[number].cost) }
        guard best < .infinity else { return anyPiece(for: window) }
        let limit = best + (best < Layout.breachCost ? best * 0.02 : 200)
        let close = (0..<count).filter { list[$0].cost <= limit }
        return list[close[random.below(close.count, 5, index)]].match
    }

    /// The start of the largest work: only when no candidate is large enough.
    private func anyPiece(for window: LayoutCell) -> Match {
        let largest = (0..<source.areas.count).max { left, right in
            let first = source.areas[left]
            let second = source.areas[right]
            return min(first.width, first.height) < min(second.width, second.height)
        }
        return Match(work: largest ?? 0, isMirrored: false, x: 0, y: 0)
    }

    private func candidate(_ number: Int, for window: LayoutCell, index: Int) -> Candidate {
        let bits = random.bits(3, index, number)
        let work = Self.part(bits, of: source.areas.count)
        let area = source.areas.pointer[work]
        let isMirrored = bits >> 16 & 1 == 1
        let roomX = area.width - window.width
        let roomY = area.height - window.height
        let x = roomX < 0 ? 0 : Self.part(bits >> 17, of: roomX + 1)
        let y = roomY < 0 ? 0 : Self.part(bits >> 33, of: roomY + 1)
        let match = Match(work: work, isMirrored: isMirrored, x: x, y: y)
        guard roomX >= 0, roomY >= 0 else { return Candidate(match: match, cost: .infinity) }
        let breach =
            max(0, reusedPart(match, window) - rules.reusedPart)
            + (isWithinShare(match, window) ? 0 : 0.5)
        // Few or small works leave no other way: then the least breach wins.
        let fine = breach > 0 ? Layout.breachCost * Float(1 + breach) : 0
        return Candidate(match: match, cost: cost(of: match, in: window) + fine)
    }

    /// The lowest 16 bits as a number below a bound.
    @inline(__always)
    private static func part(_ bits: UInt64, of bound: Int) -> Int {
        (Int(bits & 0xFFFF) &* bound) >> 16
    }

    private func isWithinShare(_ match: Match, _ window: LayoutCell) -> Bool {
        guard source.areas.count > 2 else { return true }
        let whole = Double(paint.width * paint.height)
        let after = Double(workAreas.pointer[Int(match.work)] + window.width * window.height / 2)
        return after <= whole * rules.workShare
    }

    /// How much of a piece was used before, 0 to 1.
    private func reusedPart(_ match: Match, _ window: LayoutCell) -> Double {
        let area = source.areas.pointer[Int(match.work)]
        var used = 0
        var seen = 0
        for y in stride(from: 0, to: window.height, by: 3) {
            let row = area.base + (Int(match.y) + y) * area.width + Int(match.x)
            for x in stride(from: 0, to: window.width, by: 3) {
                seen += 1
                if isUsed.pointer[row + x] { used += 1 }
            }
        }
        return Double(used) / Double(seen)
    }

    private func cost(of match: Match, in window: LayoutCell) -> Float {
        let area = source.areas.pointer[Int(match.work)]
        var overlap: Int32 = 0
        var overlapCount: Int32 = 0
        var guided: Int32 = 0
        var guidedCount: Int32 = 0
        for y in stride(from: 0, to: window.height, by: 2) {
            let targetRow = (window.y &+ y) &* paint.width &+ window.x
            let sourceRow = area.base &+ (Int(match.y) &+ y) &* area.width &+ Int(match.x)
            for x in stride(from: 0, to: window.width, by: 2) {
                let target = targetRow &+ x
                let place = sourceRow &+ (match.isMirrored ? window.width &- 1 &- x : x)
                if isFilled.pointer[target] {
                    overlap &+= Self.distance(
                        paint.image.pointer[target], source.features.pointer[place])
                    overlapCount &+= 1
                }
                if let guide = paint.guide {
                    guided &+= Self.distance(guide.pixels[target], source.guides.pointer[place])
                    guidedCount &+= 1
                }
            }
        }
        var cost: Float = 1
        if overlapCount > 0 { cost += Float(overlap) / Float(overlapCount) * rules.overlapWeight }
        if guidedCount > 0 { cost += Float(guided) / Float(guidedCount) * rules.guideWeight }
        let heightInWork = Float(Int(match.y) + window.height / 2) / Float(area.height)
        let heightInPicture = Float(window.y + window.height / 2) / Float(paint.height)
        let gap = heightInWork - heightInPicture
        return cost + gap * gap * rules.heightWeight
    }

    @inline(__always)
    private static func distance(_ left: SIMD4<UInt8>, _ right: SIMD4<UInt8>) -> Int32 {
        let difference =
            SIMD4<Int32>(truncatingIfNeeded: left)
            &- SIMD4<Int32>(truncatingIfNeeded: right)
        return (difference &* difference).wrappedSum()
    }

    /// Lays a piece down, cut along the line where it differs least from what lies there.
    private func place(_ match: Match, in window: LayoutCell, cell: LayoutCell) {
        let area = source.areas.pointer[Int(match.work)]
        let width = min(window.width, area.width - Int(match.x))
        let height = min(window.height, area.height - Int(match.y))
        var seam = Seam(width: window.width, height: window.height)
        func pixel(_ x: Int, _ y: Int) -> Match {
            let column = match.isMirrored ? width - 1 - min(x, width - 1) : min(x, width - 1)
            return Match(
                work: Int(match.work), isMirrored: match.isMirrored, x: Int(match.x) + column,
                y: Int(match.y) + min(y, height - 1))
        }
        for y in 0..<window.height {
            for x in 0..<window.width {
                let target = (window.y + y) * paint.width + window.x + x
                guard isFilled.pointer[target] else { continue }
                let fresh = source.features.pointer[place(of: pixel(x, y))]
                seam.setOld(
                    x: x, y: y,
                    difference: Int(Self.distance(paint.image.pointer[target], fresh)))
            }
        }
        let isNew = seam.cut()
        for y in 0..<window.height {
            for x in 0..<window.width where isNew[y * window.width + x] {
                let target = (window.y + y) * paint.width + window.x + x
                let label = pixel(x, y)
                labels.pointer[target] = label
                isFilled.pointer[target] = true
                isUsed.pointer[place(of: label)] = true
                workAreas.pointer[Int(label.work)] += 1
                paint.image.pointer[target] = source.features.pointer[place(of: label)]
            }
        }
    }

    private func place(of label: Match) -> Int {
        let area = source.areas.pointer[Int(label.work)]
        return area.base + Int(label.y) * area.width + Int(label.x)
    }

    /// Every patch comes from where its middle pixel comes from.
    private func writeField() {
        let half = PatchKernel.side / 2
        for y in 0..<paint.down {
            for x in 0..<paint.across {
                let label = labels.pointer[(y + half) * paint.width + x + half]
                let area = source.areas.pointer[Int(label.work)]
                paint.field.pointer[y * paint.across + x] = Match(
                    work: Int(label.work), isMirrored: label.isMirrored,
                    x: min(max(Int(label.x) - half, 0), area.width - PatchKernel.side),
                    y: min(max(Int(label.y) - half, 0), area.height - PatchKernel.side))
            }
        }
    }
}
