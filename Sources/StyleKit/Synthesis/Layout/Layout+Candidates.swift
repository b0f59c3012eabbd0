extension Layout {
    /// A window of a work, and what it would cost.
    struct Candidate {
        var match: SourcePosition
        var cost: Float

        static let none = Candidate(
            match: SourcePosition(work: 0, isMirrored: false, x: 0, y: 0), cost: .infinity)
    }

    /// More than any honest difference.
    private static let breachCost: Float = 100_000
    private static let parts = 16

    /// One of the best windows for a place.
    func choose(for window: LayoutCell, index: Int) -> SourcePosition {
        let count = rules.candidates
        let list = candidates { number in candidate(number, for: window, index: index) }
        var best = Float.infinity
        for number in 0..<count { best = min(best, list[number].cost) }
        guard best < .infinity else { return anyPiece(for: window) }
        let limit = best + (best < Layout.breachCost ? best * rules.choice : 200)
        let close = (0..<count).filter { list[$0].cost <= limit }
        return list[close[random.below(close.count, 5, index)]].match
    }

    /// All candidates of one choice, made on all threads.
    func candidates(_ make: (Int) -> Candidate) -> PaddedBuffer<Candidate> {
        let count = rules.candidates
        let list = PaddedBuffer<Candidate>(count: count, filledWith: .none)
        bands.each(Self.parts) { part in
            for number in (part * count / Self.parts)..<((part + 1) * count / Self.parts) {
                list.pointer[number] = make(number)
            }
        }
        return list
    }

    /// A window of this size somewhere in a work; nil if the work is too small.
    func match(_ bits: UInt64, for window: LayoutCell) -> SourcePosition? {
        let work = Self.part(bits, of: source.areas.count)
        let area = source.areas.pointer[work]
        let roomX = area.width - window.width
        let roomY = area.height - window.height
        guard roomX >= 0, roomY >= 0 else { return nil }
        return SourcePosition(
            work: work, isMirrored: bits >> 16 & 1 == 1, x: Self.part(bits >> 17, of: roomX + 1),
            y: Self.part(bits >> 33, of: roomY + 1))
    }

    /// Whether a window takes nothing that is avoided, and nothing apart that is kept whole.
    func isAllowed(_ match: SourcePosition, _ window: LayoutCell) -> Bool {
        let work = Int(match.work)
        guard !source.avoided[work].isEmpty || !source.keptWhole[work].isEmpty else { return true }
        let area = PixelArea(
            x: Int(match.x), y: Int(match.y), width: window.width, height: window.height)
        return !source.avoided[work].contains(where: area.meets)
            && !source.keptWhole[work].contains(where: area.meets)
    }

    /// Whether the picture would still not be mostly from one work.
    func isWithinShare(_ match: SourcePosition, _ window: LayoutCell) -> Bool {
        guard source.areas.count > 2 else { return true }
        let whole = Double(width * height)
        let after = pixelsByWork.pointer[Int(match.work)] + window.width * window.height / 2
        return Double(after) <= whole * rules.largestShare
    }

    /// Whether no part of the work would grow together to more than one piece may have.
    func isWithinPiece(_ match: SourcePosition, _ window: LayoutCell) -> Bool {
        let fresh = piece(match, in: window)
        var pixels = window.width * window.height / 2
        for old in pieces where old.isTogether(with: fresh, period: period) {
            pixels += old.pixels
        }
        return Double(pixels) <= Double(width * height) * rules.largestPiece
    }

    /// How much of a piece was used before, 0 to 1.
    func reusedPart(_ match: SourcePosition, _ window: LayoutCell) -> Double {
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

    /// How far apart the heights are at which a window lies in its work and in the picture.
    func heightGap(_ match: SourcePosition, _ window: LayoutCell) -> Float {
        let area = source.areas.pointer[Int(match.work)]
        let inWork = Float(Int(match.y) + window.height / 2) / Float(area.height)
        return inWork - Float(window.y + window.height / 2) / Float(height)
    }

    private func candidate(_ number: Int, for window: LayoutCell, index: Int) -> Candidate {
        guard let match = match(random.bits(3, index, number), for: window),
            isAllowed(match, window)
        else { return .none }
        var breach = max(0, reusedPart(match, window) - rules.reusedPart)
        if !isWithinShare(match, window) { breach += 0.5 }
        if !isWithinPiece(match, window) { breach += 0.5 }
        // Few or small works leave no other way: then the least breach wins.
        let fine = breach > 0 ? Layout.breachCost * Float(1 + breach) : 0
        return Candidate(match: match, cost: cost(of: match, in: window) + fine)
    }

    private func cost(of match: SourcePosition, in window: LayoutCell) -> Float {
        let area = source.areas.pointer[Int(match.work)]
        var overlap: Int32 = 0
        var overlapCount: Int32 = 0
        var guided: Int32 = 0
        var guidedCount: Int32 = 0
        for y in stride(from: 0, to: window.height, by: 2) {
            let sourceRow = area.base &+ (Int(match.y) &+ y) &* area.width &+ Int(match.x)
            for x in stride(from: 0, to: window.width, by: 2) {
                let target = at(window.x &+ x, window.y &+ y)
                let place = sourceRow &+ (match.isMirrored ? window.width &- 1 &- x : x)
                if isFilled.pointer[target] {
                    overlap &+= Self.distance(
                        image.pointer[target], source.features.pointer[place])
                    overlapCount &+= 1
                }
                if let guide {
                    guided &+= Self.distance(guide.pixels[target], source.guides.pointer[place])
                    guidedCount &+= 1
                }
            }
        }
        var cost: Float = 1
        if overlapCount > 0 { cost += Float(overlap) / Float(overlapCount) }
        if guidedCount > 0 { cost += Float(guided) / Float(guidedCount) * rules.guideWeight }
        let gap = heightGap(match, window)
        return cost + gap * gap * rules.heightWeight
    }

    /// The start of the largest work: only when no candidate is large enough.
    private func anyPiece(for window: LayoutCell) -> SourcePosition {
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

    /// The lowest 16 bits as a number below a bound.
    @inline(__always)
    private static func part(_ bits: UInt64, of bound: Int) -> Int {
        (Int(bits & 0xFFFF) &* bound) >> 16
    }
}
