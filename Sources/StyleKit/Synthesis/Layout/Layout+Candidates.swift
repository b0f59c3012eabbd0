extension Layout {
    /// A window of a work, and its cost.
    struct Candidate {
        var position: SourcePosition
        var cost: Float

        static let none = Candidate(
            position: SourcePosition(work: 0, isMirrored: false, x: 0, y: 0), cost: .infinity)
    }

    /// More than the cost of any window that keeps the limits.
    private static let violationCost: Float = 100_000
    private static let parts = 16

    /// One of the best windows for a cell.
    func choose(for window: LayoutCell, index: Int) -> SourcePosition {
        let count = rules.candidates
        let list = candidates { number in candidate(number, for: window, index: index) }
        var best = Float.infinity
        for number in 0..<count { best = min(best, list[number].cost) }
        if let known = knownPosition(for: window), isAllowed(known, window) {
            let cost = cost(of: known, in: window)
            if cost <= best { return known }
        }
        guard best < .infinity else { return fallbackPosition(for: window) }
        let limit = best + (best < Layout.violationCost ? best * rules.tolerance : 200)
        let close = (0..<count).filter { list[$0].cost <= limit }
        return list[close[random.below(close.count, .choice, index)]].position
    }

    /// All candidates of one choice, evaluated on all threads.
    func candidates(_ make: (Int) -> Candidate) -> PaddedBuffer<Candidate> {
        let count = rules.candidates
        let list = PaddedBuffer<Candidate>(count: count, filledWith: .none)
        executor.each(Self.parts) { part in
            for number in (part * count / Self.parts)..<((part + 1) * count / Self.parts) {
                list.pointer[number] = make(number)
            }
        }
        return list
    }

    /// A window of this size at a random position of a random work; nil if the work is too small.
    func position(_ bits: UInt64, for window: LayoutCell) -> SourcePosition? {
        let work = Self.part(bits, of: source.areas.count)
        let area = source.areas.pointer[work]
        let roomX = area.width - window.width
        let roomY = area.height - window.height
        guard roomX >= 0, roomY >= 0 else { return nil }
        return SourcePosition(
            work: work, isMirrored: bits >> 16 & 1 == 1, x: Self.part(bits >> 17, of: roomX + 1),
            y: Self.part(bits >> 33, of: roomY + 1))
    }

    /// Whether a window touches no area that is avoided or kept whole.
    func isAllowed(_ position: SourcePosition, _ window: LayoutCell) -> Bool {
        let work = Int(position.work)
        guard !source.avoided[work].isEmpty || !source.keptWhole[work].isEmpty else { return true }
        let area = PixelArea(
            x: Int(position.x), y: Int(position.y), width: window.width, height: window.height)
        return !source.avoided[work].contains(where: area.meets)
            && !source.keptWhole[work].contains(where: area.meets)
    }

    /// Whether the work would stay within its share of the picture; half of a window overlaps
    /// others.
    func isWithinShareLimit(_ position: SourcePosition, _ window: LayoutCell) -> Bool {
        guard source.areas.count > 2 else { return true }
        let whole = Double(width * height)
        let after = pixelsByWork.pointer[Int(position.work)] + window.width * window.height / 2
        return Double(after) <= whole * rules.largestShare
    }

    /// Whether the region of the work that would be copied in one stays within its limit.
    func isWithinFragmentLimit(_ position: SourcePosition, _ window: LayoutCell) -> Bool {
        let fresh = fragment(position, in: window)
        var pixels = window.width * window.height / 2
        for old in fragments where old.isTogether(with: fresh, period: period) {
            pixels += old.pixels
        }
        return Double(pixels) <= Double(width * height) * rules.largestFragment
    }

    /// The part of a window that was used before, 0 to 1, sampled at every third pixel.
    func reusedPart(_ position: SourcePosition, _ window: LayoutCell) -> Double {
        let area = source.areas.pointer[Int(position.work)]
        var used = 0
        var seen = 0
        for y in stride(from: 0, to: window.height, by: 3) {
            let row = area.base + (Int(position.y) + y) * area.width + Int(position.x)
            for x in stride(from: 0, to: window.width, by: 3) {
                seen += 1
                if isUsed.pointer[row + x] { used += 1 }
            }
        }
        return Double(used) / Double(seen)
    }

    /// The height of a window in its work less that in the picture, -1 to 1.
    func heightGap(_ position: SourcePosition, _ window: LayoutCell) -> Float {
        let area = source.areas.pointer[Int(position.work)]
        let inWork = Float(Int(position.y) + window.height / 2) / Float(area.height)
        return inWork - Float(window.y + window.height / 2) / Float(height)
    }

    private func candidate(_ number: Int, for window: LayoutCell, index: Int) -> Candidate {
        guard let position = position(random.bits(.candidates, index, number), for: window),
            isAllowed(position, window)
        else { return .none }
        var violation = max(0, reusedPart(position, window) - rules.reusedPart)
        if !isWithinShareLimit(position, window) { violation += 0.5 }
        if !isWithinFragmentLimit(position, window) { violation += 0.5 }
        // With few or small works every window may violate a limit: then the least violation wins.
        let penalty = violation > 0 ? Layout.violationCost * Float(1 + violation) : 0
        return Candidate(position: position, cost: cost(of: position, in: window) + penalty)
    }

    private func cost(of position: SourcePosition, in window: LayoutCell) -> Float {
        let area = source.areas.pointer[Int(position.work)]
        var overlap: Int32 = 0
        var overlapCount: Int32 = 0
        var guided: Int32 = 0
        var guidedCount: Int32 = 0
        for y in stride(from: 0, to: window.height, by: 2) {
            let sourceRow = area.base &+ (Int(position.y) &+ y) &* area.width &+ Int(position.x)
            for x in stride(from: 0, to: window.width, by: 2) {
                let target = at(window.x &+ x, window.y &+ y)
                let offset = sourceRow &+ (position.isMirrored ? window.width &- 1 &- x : x)
                if isFilled.pointer[target] {
                    overlap &+= Self.distance(
                        image.pointer[target], source.features.pointer[offset])
                    overlapCount &+= 1
                }
                if let guide {
                    guided &+= Self.distance(guide.pixels[target], source.guides.pointer[offset])
                    guidedCount &+= 1
                }
            }
        }
        var cost: Float = 1
        if overlapCount > 0 { cost += Float(overlap) / Float(overlapCount) * rules.overlapWeight }
        if guidedCount > 0 { cost += Float(guided) / Float(guidedCount) * rules.guideWeight }
        cost += ownMarks(of: position.work, in: window)
        let gap = heightGap(position, window)
        return cost + gap * gap * rules.heightWeight
    }

    /// The upper left corner of the largest work, for when no candidate is large enough.
    private func fallbackPosition(for window: LayoutCell) -> SourcePosition {
        let usable = (0..<source.areas.count).filter { work in
            isAllowed(SourcePosition(work: work, isMirrored: false, x: 0, y: 0), window)
        }
        let largest = usable.max { left, right in
            let first = source.areas[left]
            let second = source.areas[right]
            return min(first.width, first.height) < min(second.width, second.height)
        }
        return SourcePosition(work: largest ?? 0, isMirrored: false, x: 0, y: 0)
    }

    /// The lowest 16 bits scaled to 0..<`bound`.
    @inline(__always)
    private static func part(_ bits: UInt64, of bound: Int) -> Int {
        (Int(bits & 0xFFFF) &* bound) >> 16
    }
}
