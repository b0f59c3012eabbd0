import CPatchKernel

/// Finds patches of the works that look roughly like a given one: a balanced k-d tree.
///
/// A search goes down to one leaf, then visits the two next most promising ones.
final class PatchIndex {
    private static let limit = 200_000
    private static let leaf = 12

    private let count: Int
    private let depth: Int
    private let values: Block<PatchDescriptor.Value>
    private let matches: Block<Match>
    private let splitLanes: Block<UInt8>
    private let splitValues: Block<Int16>

    /// - Returns: nil if no patch of the level may be used.
    init?(_ level: SourceLevel, bands: Bands) {
        let positions = PatchIndex.positions(of: level)
        guard !positions.isEmpty else { return nil }
        count = positions.count
        var depth = 0
        while (count >> depth) > Self.leaf { depth += 1 }
        self.depth = depth
        values = Block(count: count, filledWith: PatchDescriptor.Value())
        matches = Block(count: count, filledWith: positions[0])
        splitLanes = Block(count: 1 << depth, filledWith: 0)
        splitValues = Block(count: 1 << depth, filledWith: 0)
        let raw = Block<PatchDescriptor.Value>(count: count, filledWith: PatchDescriptor.Value())
        let order = Block<Int32>(count: count, filledWith: 0)
        bands.run(rows: count) { range in
            for index in range {
                let match = positions[index]
                let area = level.areas.pointer[Int(match.work)]
                let patch =
                    level.features.pointer
                    + (area.base + Int(match.y) * area.width + Int(match.x))
                raw.pointer[index] = PatchDescriptor.value(patch, stride: area.width)
                order.pointer[index] = Int32(truncatingIfNeeded: index)
            }
        }
        let shared = min(3, depth)
        split(raw, order, node: 1, range: 0..<count, levels: shared)
        bands.each(1 << shared) { part in
            split(
                raw, order, node: (1 << shared) + part, range: range(part, of: shared),
                levels: depth - shared)
        }
        for index in 0..<count {
            values.pointer[index] = raw.pointer[Int(order.pointer[index])]
            matches.pointer[index] = positions[Int(order.pointer[index])]
        }
    }

    /// The two patches whose descriptors are closest among three leaves.
    @inline(never)
    func nearest(to query: PatchDescriptor.Value) -> (Match, Match) {
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
            matches.pointer[Int(closest.index)], matches.pointer[Int(closest.second_index)]
        )
    }

    /// The descriptors as plain numbers, eight each.
    @inline(__always) private var numbers: UnsafePointer<Int16> {
        UnsafeRawPointer(values.pointer).assumingMemoryBound(to: Int16.self)
    }

    /// The entries of one part when all are halved again and again.
    @inline(__always)
    private func range(_ part: Int, of levels: Int) -> Range<Int> {
        let low = (part &* count) >> levels
        let high = ((part &+ 1) &* count) >> levels
        return low..<max(low, high)
    }

    private func split(
        _ raw: Block<PatchDescriptor.Value>, _ order: Block<Int32>, node: Int, range: Range<Int>,
        levels: Int
    ) {
        guard levels > 0 else { return }
        let level = node.bitWidth - 1 - node.leadingZeroBitCount
        let part = node - (1 << level)
        let middle = ((part * 2 + 1) * count) >> (level + 1)
        let lane = Self.widestLane(raw, order, range)
        Self.select(middle, in: range, order) { index in
            // Ties go by index, so that the order is the same everywhere.
            Int64(raw.pointer[Int(index)][lane]) << 32 | Int64(index)
        }
        splitLanes[node] = UInt8(lane)
        splitValues[node] = raw.pointer[Int(order.pointer[middle])][lane]
        split(raw, order, node: node * 2, range: range.lowerBound..<middle, levels: levels - 1)
        split(raw, order, node: node * 2 + 1, range: middle..<range.upperBound, levels: levels - 1)
    }

    private static func widestLane(
        _ raw: Block<PatchDescriptor.Value>, _ order: Block<Int32>, _ range: Range<Int>
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

    /// Puts the `position`-th smallest key in its place, smaller ones before it (Hoare's select).
    private static func select(
        _ position: Int, in range: Range<Int>, _ order: Block<Int32>, key: (Int32) -> Int64
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

    /// Patch positions on a grid so wide that the limit holds.
    private static func positions(of level: SourceLevel) -> [Match] {
        let margin = PatchKernel.side - 1
        var total = 0
        for index in 0..<level.areas.count {
            total += (level.areas[index].width - margin) * (level.areas[index].height - margin)
        }
        var step = 1
        while total / (step * step) > limit { step += 1 }
        var result: [Match] = []
        for index in 0..<level.areas.count {
            let area = level.areas[index]
            let kept = level.keptWhole[index]
            for y in stride(from: 0, to: area.height - margin, by: step) {
                // Odd rows start further right, so that columns are not missed.
                let start = step == 1 ? 0 : (y / step) % step
                for x in stride(
                    from: min(start, area.width - margin - 1),
                    to: area.width - margin, by: step)
                {
                    guard level.isOpen(area, x: x, y: y) else { continue }
                    let place = PixelArea(
                        x: x, y: y, width: PatchKernel.side, height: PatchKernel.side)
                    if kept.contains(where: place.meets) { continue }
                    result.append(Match(work: index, isMirrored: false, x: x, y: y))
                }
            }
        }
        return result
    }
}

/// The branches passed by on the way down: only the two closest, as no more are ever visited.
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
