import CPatchKernel

/// Finds patches of the works that are similar to a given one: a balanced k-d tree (Friedman,
/// Bentley and Finkel, 1977) over ``PatchDescriptor``.
///
/// The search is approximate: it descends to one leaf, then visits the two branches passed by that
/// are nearest.
final class PatchIndex {
    /// The most entries; of larger levels every second, third, … position is indexed.
    private static let limit = 200_000
    /// The most entries of a leaf.
    private static let leaf = 12

    private let count: Int
    private let depth: Int
    private let values: PaddedBuffer<PatchDescriptor.Value>
    private let sourcePositions: PaddedBuffer<SourcePosition>
    private let splitLanes: PaddedBuffer<UInt8>
    private let splitValues: PaddedBuffer<Int16>

    /// - Returns: nil if no patch of the level may be used.
    init?(_ level: SourceLevel, executor: RowParallelExecutor) {
        let positions = PatchIndex.positions(of: level)
        guard !positions.isEmpty else { return nil }
        count = positions.count
        var depth = 0
        while (count >> depth) > Self.leaf { depth += 1 }
        self.depth = depth
        values = PaddedBuffer(count: count, filledWith: PatchDescriptor.Value())
        sourcePositions = PaddedBuffer(count: count, filledWith: positions[0])
        splitLanes = PaddedBuffer(count: 1 << depth, filledWith: 0)
        splitValues = PaddedBuffer(count: 1 << depth, filledWith: 0)
        let raw = PaddedBuffer<PatchDescriptor.Value>(
            count: count, filledWith: PatchDescriptor.Value())
        let order = PaddedBuffer<Int32>(count: count, filledWith: 0)
        executor.run(rows: count) { range in
            for index in range {
                let position = positions[index]
                let area = level.areas.pointer[Int(position.work)]
                let patch =
                    level.features.pointer
                    + (area.base + Int(position.y) * area.width + Int(position.x))
                raw.pointer[index] = PatchDescriptor.value(patch, stride: area.width)
                order.pointer[index] = Int32(truncatingIfNeeded: index)
            }
        }
        let shared = min(3, depth)
        split(raw, order, node: 1, range: 0..<count, levels: shared)
        executor.each(1 << shared) { part in
            split(
                raw, order, node: (1 << shared) + part, range: range(part, of: shared),
                levels: depth - shared)
        }
        for index in 0..<count {
            values.pointer[index] = raw.pointer[Int(order.pointer[index])]
            sourcePositions.pointer[index] = positions[Int(order.pointer[index])]
        }
    }

    /// The two patches whose descriptors are nearest among those of three leaves.
    @inline(never)
    func nearest(to query: PatchDescriptor.Value) -> (SourcePosition, SourcePosition) {
        var query = query
        var closest = atelier_closest(
            distance: .max, second_distance: .max, index: 0, second_index: 0)
        var waiting = WaitingBranches()
        var node = 1
        withUnsafeBytes(of: &query) { query in
            let lanes = query.assumingMemoryBound(to: Int16.self)
            guard let lane = lanes.baseAddress else { return }
            for visit in 0..<3 {
                if visit > 0 {
                    guard let next = waiting.takeClosest() else { break }
                    node = next
                }
                while node < 1 << depth {
                    let gap =
                        Int32(lane[Int(splitLanes.pointer[node])])
                        &- Int32(splitValues.pointer[node])
                    let side = gap < 0 ? 0 : 1
                    waiting.add(node: node &* 2 &+ (1 &- side), gap: gap &* gap)
                    node = node &* 2 &+ side
                }
                let leaf = range(node &- (1 << depth), of: depth)
                atelier_look_through(
                    lane, numbers, Int32(truncatingIfNeeded: leaf.lowerBound),
                    Int32(truncatingIfNeeded: leaf.upperBound), &closest)
            }
        }
        return (
            sourcePositions.pointer[Int(closest.index)],
            sourcePositions.pointer[Int(closest.second_index)]
        )
    }

    /// The descriptors as `[count, 8]` integers.
    @inline(__always) private var numbers: UnsafePointer<Int16> {
        UnsafeRawPointer(values.pointer).assumingMemoryBound(to: Int16.self)
    }

    /// The entries of one node when all are halved so many times.
    @inline(__always)
    private func range(_ part: Int, of levels: Int) -> Range<Int> {
        let low = (part &* count) >> levels
        let high = ((part &+ 1) &* count) >> levels
        return low..<max(low, high)
    }

    private func split(
        _ raw: PaddedBuffer<PatchDescriptor.Value>, _ order: PaddedBuffer<Int32>, node: Int,
        range: Range<Int>,
        levels: Int
    ) {
        guard levels > 0 else { return }
        let level = node.bitWidth - 1 - node.leadingZeroBitCount
        let part = node - (1 << level)
        let middle = ((part * 2 + 1) * count) >> (level + 1)
        let lane = Self.widestLane(raw, order, range)
        Self.select(middle, in: range, order) { index in
            // Ties are ordered by index, so that the tree is the same on every machine.
            Int64(raw.pointer[Int(index)][lane]) << 32 | Int64(index)
        }
        splitLanes[node] = UInt8(lane)
        splitValues[node] = raw.pointer[Int(order.pointer[middle])][lane]
        split(raw, order, node: node * 2, range: range.lowerBound..<middle, levels: levels - 1)
        split(raw, order, node: node * 2 + 1, range: middle..<range.upperBound, levels: levels - 1)
    }

    private static func widestLane(
        _ raw: PaddedBuffer<PatchDescriptor.Value>, _ order: PaddedBuffer<Int32>,
        _ range: Range<Int>
    ) -> Int {
        var sum = SIMD8<Int64>()
        var squares = SIMD8<Int64>()
        let step = max(1, range.count / 512)
        var samples: Int64 = 0
        for index in stride(from: range.lowerBound, to: range.upperBound, by: step) {
            let value = SIMD8<Int64>(truncatingIfNeeded: raw.pointer[Int(order.pointer[index])])
            sum &+= value
            squares &+= value &* value
            samples += 1
        }
        let spread = squares &* SIMD8(repeating: samples) &- sum &* sum
        return (0..<8).reduce(0) { spread[$1] > spread[$0] ? $1 : $0 }
    }

    /// Moves the `position`-th smallest key to its position, smaller ones before it (Hoare's
    /// quickselect).
    private static func select(
        _ position: Int, in range: Range<Int>, _ order: PaddedBuffer<Int32>, key: (Int32) -> Int64
    ) {
        var low = range.lowerBound
        var high = range.upperBound - 1
        while low < high {
            let pivot = key(order.pointer[low + (high - low) / 2])
            var left = low
            var right = high
            while left <= right {
                while key(order.pointer[left]) < pivot { left += 1 }
                while key(order.pointer[right]) > pivot { right -= 1 }
                guard left <= right else { break }
                swap(&order.pointer[left], &order.pointer[right])
                left += 1
                right -= 1
            }
            if position <= right {
                high = right
            } else if position >= left {
                low = left
            } else {
                return
            }
        }
    }

    /// The positions of patches on a grid that keeps to the limit.
    private static func positions(of level: SourceLevel) -> [SourcePosition] {
        let sampled = positions(of: level, isWhole: false)
        // A small area that may be used can lie between the places that were sampled.
        return sampled.isEmpty ? positions(of: level, isWhole: true) : sampled
    }

    /// - Parameter isWhole: Whether every position is taken.
    private static func positions(of level: SourceLevel, isWhole: Bool) -> [SourcePosition] {
        let margin = PatchKernel.side - 1
        var total = 0
        for index in 0..<level.areas.count {
            total += (level.areas[index].width - margin) * (level.areas[index].height - margin)
        }
        var step = 1
        while !isWhole, total / (step * step) > limit { step += 1 }
        var result: [SourcePosition] = []
        for index in 0..<level.areas.count {
            let area = level.areas[index]
            let kept = level.keptWhole[index]
            for y in stride(from: 0, to: area.height - margin, by: step) {
                // Rows are staggered, so that every column is sampled.
                let start = step == 1 ? 0 : (y / step) % step
                for x in stride(
                    from: min(start, area.width - margin - 1),
                    to: area.width - margin, by: step)
                {
                    guard level.isUsable(area, x: x, y: y) else { continue }
                    let offset = PixelArea(
                        x: x, y: y, width: PatchKernel.side, height: PatchKernel.side)
                    if kept.contains(where: offset.meets) { continue }
                    result.append(SourcePosition(work: index, isMirrored: false, x: x, y: y))
                }
            }
        }
        return result
    }
}

/// The two nearest of the branches passed by on the way down; no more are ever visited.
private struct WaitingBranches {
    private var first = (gap: Int32.max, node: 0)
    private var second = (gap: Int32.max, node: 0)

    @inline(__always)
    mutating func add(node: Int, gap: Int32) {
        if gap < first.gap {
            second = first
            first = (gap, node)
        } else if gap < second.gap {
            second = (gap, node)
        }
    }

    @inline(__always)
    mutating func takeClosest() -> Int? {
        guard first.gap < .max else { return nil }
        defer {
            first = second
            second = (.max, 0)
        }
        return first.node
    }
}

/// Eight numbers that describe a patch roughly: products with orthonormal polynomials, rounded, so
/// that the distance of two descriptors hardly exceeds that of the patches.
///
/// Lanes: mean, linear terms across and down, quadratic terms across and down of lightness; means
/// of both chroma lanes and of alpha.
enum PatchDescriptor {
    typealias Value = SIMD8<Int16>

    @inline(__always)
    static func value(_ patch: UnsafePointer<SIMD4<UInt8>>, stride: Int) -> Value {
        var sums = SIMD4<Int32>(repeating: 0)
        var across: Int32 = 0
        var down: Int32 = 0
        var bendAcross: Int32 = 0
        var bendDown: Int32 = 0
        for y in 0..<PatchKernel.side {
            var row = SIMD4<Int32>(repeating: 0)
            let line = patch + y &* stride
            for x in 0..<PatchKernel.side {
                let pixel = SIMD4<Int32>(truncatingIfNeeded: line[x])
                row &+= pixel
                let slope = Int32(truncatingIfNeeded: x &- 3)
                across &+= pixel.x &* slope
                bendAcross &+= pixel.x &* (slope &* slope &- 4)
            }
            sums &+= row
            let slope = Int32(truncatingIfNeeded: y &- 3)
            down &+= row.x &* slope
            bendDown &+= row.x &* (slope &* slope &- 4)
        }
        // Norms: 7 for means, 14 for linear terms, √588 for quadratic ones (as 2,703 / 65,536).
        return Value(
            Int16(truncatingIfNeeded: sums.x / 7), Int16(truncatingIfNeeded: across / 14),
            Int16(truncatingIfNeeded: down / 14),
            Int16(truncatingIfNeeded: (bendAcross &* 2_703) >> 16),
            Int16(truncatingIfNeeded: (bendDown &* 2_703) >> 16),
            Int16(truncatingIfNeeded: sums.y / 7), Int16(truncatingIfNeeded: sums.z / 7),
            Int16(truncatingIfNeeded: sums.w / 7))
    }

    /// The descriptor of the patch mirrored left to right.
    @inline(__always)
    static func mirrored(_ value: Value) -> Value {
        var result = value
        result[1] = 0 &- result[1]
        return result
    }

    /// The descriptor of the same structure with the colour of a guide, or transparent as it is.
    @inline(__always)
    static func recolored(_ value: Value, like pixel: SIMD4<UInt8>) -> Value {
        var result = value
        result[0] = Int16(pixel.x) &* 7
        result[5] = Int16(pixel.y) &* 7
        result[6] = Int16(pixel.z) &* 7
        // Transparent parts have `GuideMap.transparentDetail` or nearly so.
        result[7] = pixel.w < 200 ? 255 &* 7 : 0
        return result
    }

    /// A hash that is never 0.
    @inline(__always)
    static func hash(_ value: Value) -> UInt32 {
        let halves = unsafeBitCast(value, to: SIMD2<UInt64>.self)
        let mixed =
            (halves.x &* 0x9E37_79B9_7F4A_7C15) ^ (halves.y &* 0xC2B2_AE3D_27D4_EB4F)
        return UInt32(truncatingIfNeeded: mixed >> 32) | 1
    }

    @inline(__always)
    static func distance(_ left: Value, _ right: Value) -> Int32 {
        let difference = left &- right
        let wide = SIMD8<Int32>(truncatingIfNeeded: difference)
        return (wide &* wide).wrappedSum()
    }
}
