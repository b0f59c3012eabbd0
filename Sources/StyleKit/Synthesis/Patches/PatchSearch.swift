/// One pass over the nearest-neighbour field: looks for a better source of every patch.
///
/// Candidates are what continues the sources of the neighbours (coherence: Ashikhmin, *Synthesizing
/// Natural Textures*, 2001), the answers of the index, and the positions next to the best. Nothing
/// is searched at random.
struct PatchSearch {
    /// What a candidate costs besides the difference of the patches.
    struct Weights {
        /// For one unit of squared difference of the guides.
        var guide: Int32 = 0
        /// For coming from another height of the work than it has in the picture.
        var height: Int32 = 0
        /// For every use of a usage cell beyond the first: prevents repetition.
        var usage: Int32 = 1_600
        /// For each of the four neighbours that the position does not continue: fragments stay
        /// whole, and a seam is a line.
        var seam: Int32 = 0
        /// The squared difference of the guides that costs nothing: a colour of a sketch is a hint.
        var guideTolerance: Int32 = 0
        /// Whether the index is also asked for the patch in the colour of the guide.
        var followsGuide = false
        /// Whether the guides are compared in the four corners of a patch too, not only in its
        /// middle.
        var comparesCorners = false

        /// For the last passes, in which seams are only reduced.
        var seamReduction: Weights {
            var weights = self
            weights.usage = 0
            weights.seam = 10_000
            return weights
        }
    }

    /// A patch that costs no more is not looked up in the index: a difference of about one in each
    /// of its 49 × 4 bytes.
    private static let acceptableCost: Int32 = 200
    /// More than any position costs from which patches may be taken.
    fileprivate static let excludedCost: Int32 = 1 << 29

    let target: SynthesisLevel
    let source: SourceLevel
    let index: PatchIndex
    var weights: Weights
    /// Whether only the continuations of the neighbours are candidates.
    var onlyPropagates = false

    @inline(__always)
    static func distance(_ left: SIMD4<UInt8>, _ right: SIMD4<UInt8>) -> Int32 {
        let gap = SIMD4<Int32>(truncatingIfNeeded: left) &- SIMD4<Int32>(truncatingIfNeeded: right)
        return (gap &* gap).wrappedSum()
    }

    /// Sweeps down with the index, then up with the positions next to the best. Each band reads its
    /// neighbours as they were before the sweep.
    func run(executor: RowParallelExecutor) {
        for isUpward in [false, true] {
            target.previousField.pointer.update(
                from: target.field.pointer, count: target.field.count)
            source.countUsage(by: target)
            executor.run(rows: target.down) { rows in
                sweep(rows, isUpward: isUpward)
            }
            target.wrapField()
        }
    }

    /// The same search for the last passes.
    var seamReduction: PatchSearch {
        var search = self
        search.weights = weights.seamReduction
        search.onlyPropagates = true
        return search
    }

    /// Measures the difference and the shift of every patch from the target as it is now.
    ///
    /// - Parameter kept: The part of the shift that is kept, in eighths.
    func measure(keeping kept: Int32 = 6, executor: RowParallelExecutor) {
        executor.run(rows: target.down) { rows in
            withUnfolded { blocks in
                for y in rows {
                    for x in 0..<target.across {
                        let at = y &* target.across &+ x
                        if let composed = target.composed, composed.isFixed.pointer[at] {
                            target.costs.pointer[at] = 0
                            continue
                        }
                        let position = target.field.pointer[at]
                        let patch = target.image.pointer + (y &* target.width &+ x)
                        let block =
                            position.isMirrored ? blocks + PatchKernel.unfoldedCount : blocks
                        PatchKernel.unfold(
                            patch, stride: target.width, isMirrored: position.isMirrored,
                            into: block)
                        let area = source.areas.pointer[Int(position.work)]
                        let work =
                            source.features.pointer
                            + (area.base &+ Int(position.y) &* area.width &+ Int(position.x))
                        (target.costs.pointer[at], target.shifts.pointer[at]) =
                            PatchKernel.differenceAndShift(
                                block, work, stride: area.width, keeping: kept)
                    }
                }
            }
        }
    }

    /// Lends memory for one unfolded patch and its mirror image.
    private func withUnfolded(_ body: (UnsafeMutablePointer<Int16>) -> Void) {
        withUnsafeTemporaryAllocation(of: Int16.self, capacity: PatchKernel.unfoldedCount * 2) {
            if let blocks = $0.baseAddress { body(blocks) }
        }
    }

    private func sweep(_ rows: Range<Int>, isUpward: Bool) {
        withUnfolded { blocks in
            let step = isUpward ? -1 : 1
            let order = isUpward ? (rows.upperBound - 1) : rows.lowerBound
            for line in 0..<rows.count {
                let y = order + line * step
                for column in 0..<target.across {
                    let x = isUpward ? target.across - 1 - column : column
                    if let composed = target.composed,
                        composed.isFixed.pointer[y &* target.across &+ x]
                    {
                        continue
                    }
                    let patch = target.image.pointer + (y &* target.width &+ x)
                    let twin = blocks + PatchKernel.unfoldedCount
                    PatchKernel.unfold(
                        patch, stride: target.width, isMirrored: false, into: blocks)
                    PatchKernel.unfold(
                        patch, stride: target.width, isMirrored: true, into: twin)
                    var match = BestMatch(search: self, blocks: blocks, x: x, y: y, rows: rows)
                    propagate(&match, step: step, rows: rows)
                    if let places = target.knownPlaces, !onlyPropagates, !isUpward {
                        match.test(
                            places.positions.pointer[y &* target.across &+ x], dx: 0, dy: 0)
                    }
                    if let composed = target.composed, !onlyPropagates, !isUpward {
                        match.test(
                            composed.positions.pointer[y &* target.across &+ x], dx: 0, dy: 0)
                    }
                    if onlyPropagates {
                        // Only the continuations of the neighbours.
                    } else if isUpward {
                        refineLocally(&match)
                    } else if match.cost > Self.acceptableCost {
                        queryIndex(&match, in: index, patch)
                    }
                    target.field.pointer[y &* target.across &+ x] = match.best
                }
            }
        }
    }

    @inline(__always)
    private func propagate(_ match: inout BestMatch, step: Int, rows: Range<Int>) {
        let x = match.x &- step
        if x >= 0, x < target.across {
            let position = target.field.pointer[match.y &* target.across &+ x]
            match.test(position, dx: step &* position.direction, dy: 0)
        }
        let y = match.y &- step
        if y >= 0, y < target.down {
            // Rows of another band are read as they were: another thread may be writing them.
            let from = rows.contains(y) ? target.field : target.previousField
            match.test(from.pointer[y &* target.across &+ match.x], dx: 0, dy: step)
        }
    }

    @inline(__always)
    private func refineLocally(_ match: inout BestMatch) {
        let center = match.best
        match.test(center, dx: 1, dy: 0)
        match.test(center, dx: -1, dy: 0)
        match.test(center, dx: 0, dy: 1)
        match.test(center, dx: 0, dy: -1)
    }

    @inline(__always)
    private func queryIndex(
        _ match: inout BestMatch, in index: PatchIndex, _ patch: UnsafePointer<SIMD4<UInt8>>
    ) {
        let descriptor = PatchDescriptor.value(patch, stride: target.width)
        let at = match.y &* target.across &+ match.x
        let question = PatchDescriptor.hash(descriptor)
        guard target.queryHashes.pointer[at] != question else { return }
        target.queryHashes.pointer[at] = question
        queryIndex(&match, in: index, descriptor)
        guard let guide = target.guide, weights.followsGuide else { return }
        // The patch may have the wrong colour: look up its structure in the right one.
        let pixel = guide.pixels[(match.y &+ 3) &* target.width &+ match.x &+ 3]
        queryIndex(&match, in: index, PatchDescriptor.recolored(descriptor, like: pixel))
    }

    @inline(__always)
    private func queryIndex(
        _ match: inout BestMatch, in index: PatchIndex, _ descriptor: PatchDescriptor.Value
    ) {
        let (first, second) = index.nearest(to: descriptor)
        match.prefetch(first)
        match.prefetch(second)
        var (third, fourth) = index.nearest(to: PatchDescriptor.mirrored(descriptor))
        third.mirror = 1
        fourth.mirror = 1
        match.prefetch(third)
        match.prefetch(fourth)
        match.test(first, dx: 0, dy: 0)
        match.test(second, dx: 0, dy: 0)
        match.test(third, dx: 0, dy: 0)
        match.test(fourth, dx: 0, dy: 0)
    }
}

/// The best source found so far for one patch.
private struct BestMatch {
    let x: Int
    let y: Int
    private(set) var best: SourcePosition
    private(set) var cost: Int32
    private let blocks: UnsafeMutablePointer<Int16>
    private let areas: UnsafeMutablePointer<SourceLevel.Area>
    private let features: UnsafeMutablePointer<SIMD4<UInt8>>
    private let guides: UnsafeMutablePointer<SIMD4<UInt8>>
    private let usage: UnsafeMutablePointer<UInt16>
    private let weights: PatchSearch.Weights
    private let guide: SIMD4<UInt8>
    private let corner: (SIMD4<UInt8>, SIMD4<UInt8>, SIMD4<UInt8>, SIMD4<UInt8>)
    private let heightInPicture: Int
    /// The work that is painted after, and what its marks cost more.
    private let ownWork: UInt16
    private let ownMarks: Int32
    /// The bits of the positions that continue the four neighbours.
    private let continued: SIMD4<UInt64>

    @inline(__always)
    init(
        search: PatchSearch, blocks: UnsafeMutablePointer<Int16>, x: Int, y: Int, rows: Range<Int>
    ) {
        self.x = x
        self.y = y
        self.blocks = blocks
        let target = search.target
        areas = search.source.areas.pointer
        features = search.source.features.pointer
        guides = search.source.guides.pointer
        usage = search.source.usage.pointer
        weights = search.weights
        if let guide = target.guide {
            let pixel = guide.pixels[(y &+ 3) &* target.width &+ x &+ 3]
            self.guide = pixel
            let top = guide.pixels + (y &* target.width &+ x)
            let bottom = top + (6 &* target.width)
            corner = (top[0], top[6], bottom[0], bottom[6])
        } else {
            guide = SIMD4()
            corner = (SIMD4(), SIMD4(), SIMD4(), SIMD4())
        }
        heightInPicture = (y &* 256) / max(1, target.down &- 1)
        ownWork = target.knownPlaces.map { UInt16($0.work) } ?? .max
        ownMarks = target.knownPlaces?.costs.pointer[y &* target.across &+ x] ?? 0
        continued = BestMatch.continued(x, y, rows, target)
        best = target.field.pointer[y &* target.across &+ x]
        cost = 0
        cost = self.cost(of: best, area: areas[Int(best.work)])
    }

    /// The continuations of the left, right, upper and lower neighbour; all bits set where there is
    /// none.
    @inline(__always)
    private static func continued(
        _ x: Int, _ y: Int, _ rows: Range<Int>, _ target: SynthesisLevel
    ) -> SIMD4<UInt64> {
        let at = y &* target.across &+ x
        var bits = SIMD4<UInt64>(repeating: .max)
        if x > 0 { bits[0] = target.field.pointer[at &- 1].bits(across: 1, down: 0) }
        if x < target.across &- 1 {
            bits[1] = target.field.pointer[at &+ 1].bits(across: -1, down: 0)
        }
        // Rows of another band are read as they were: another thread may be writing them.
        if y > 0 {
            let from = y > rows.lowerBound ? target.field : target.previousField
            bits[2] = from.pointer[at &- target.across].bits(across: 0, down: 1)
        }
        if y < target.down &- 1 {
            let from = y < rows.upperBound &- 1 ? target.field : target.previousField
            bits[3] = from.pointer[at &+ target.across].bits(across: 0, down: -1)
        }
        return bits
    }

    /// Takes a position, moved by some pixels of the work, if it is inside and costs less.
    @inline(__always)
    mutating func test(_ position: SourcePosition, dx: Int, dy: Int) {
        let area = areas[Int(position.work)]
        let newX = Int(position.x) &+ dx
        let newY = Int(position.y) &+ dy
        guard newX >= 0, newY >= 0, newX <= area.width &- PatchKernel.side,
            newY <= area.height &- PatchKernel.side
        else { return }
        var moved = position
        moved.x = UInt16(truncatingIfNeeded: newX)
        moved.y = UInt16(truncatingIfNeeded: newY)
        if moved == best { return }
        let newCost = cost(of: moved, area: area)
        if newCost < cost { (best, cost) = (moved, newCost) }
    }

    /// Prefetches the patch at a position that will be tested soon.
    @inline(__always)
    func prefetch(_ position: SourcePosition) {
        let area = areas[Int(position.work)]
        PatchKernel.prefetch(
            features + (area.base &+ Int(position.y) &* area.width &+ Int(position.x)),
            stride: area.width)
    }

    @inline(__always)
    private func cost(of position: SourcePosition, area: SourceLevel.Area) -> Int32 {
        let offset = area.base &+ Int(position.y) &* area.width &+ Int(position.x)
        let block = position.isMirrored ? blocks + PatchKernel.unfoldedCount : blocks
        let cell =
            area.usageBase &+ (Int(position.y) >> SourceLevel.usageShift) &* area.usageWidth
            &+ Int(position.x) >> SourceLevel.usageShift
        guard usage[cell] != SourceLevel.excluded else { return PatchSearch.excludedCost }
        var sum = PatchKernel.difference(block, features + offset, stride: area.width)
        if position.work == ownWork { sum &+= ownMarks }
        let times = min(128, Int32(usage[cell]))
        // A usage cell of 4 × 4 positions that is used once counts 16 patches.
        sum &+= max(0, times &- 16) &* weights.usage >> 4
        let isApart = continued .!= SIMD4(repeating: unsafeBitCast(position, to: UInt64.self))
        let seams = SIMD4<Int64>(repeating: 0).replacing(with: 1, where: isApart)
        sum &+= Int32(truncatingIfNeeded: seams.wrappedSum()) &* weights.seam
        if weights.guide > 0 {
            let middle = guides + (offset &+ area.width &* 3 &+ 3)
            var gap = PatchSearch.distance(middle[0], guide)
            if weights.comparesCorners {
                let near = 0 &- 3 &* position.direction
                let far = 3 &* position.direction
                let row = area.width &* 3
                let corners =
                    PatchSearch.distance(middle[near &- row], corner.0)
                    &+ PatchSearch.distance(middle[far &- row], corner.1)
                    &+ PatchSearch.distance(middle[near &+ row], corner.2)
                    &+ PatchSearch.distance(middle[far &+ row], corner.3)
                gap = (gap &* 4 &+ corners) >> 3
            }
            sum &+= max(0, gap &- weights.guideTolerance) &* weights.guide
        }
        if weights.height > 0 {
            let heightInWork = (Int(position.y) &* area.heightScale) >> 16
            let gap = Int32(truncatingIfNeeded: heightInWork &- heightInPicture)
            sum &+= (gap &* gap) >> 8 &* weights.height
        }
        return sum
    }
}
