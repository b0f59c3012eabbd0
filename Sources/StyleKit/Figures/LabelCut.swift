/// Chooses one of a few donors for each pixel, so that what a pixel costs by itself and what the
/// seams cost add up to little.
///
/// A seam between two donors costs what they differ by at both of its pixels (Kwatra et al.,
/// *Graphcut Textures*, 2003). Labels are exchanged by α-expansion (Boykov, Veksler and Zabih,
/// 2001), each by a minimum cut. All costs are whole sixteenths.
struct LabelCut {
    /// One unit of cost.
    static let unit: Float = 16
    /// The cost of what must not be, and from where on a cost counts as that.
    static let never: Int32 = 1_600_000
    static let forbidden: Int32 = 600_000

    let width: Int
    let height: Int
    /// By label and pixel.
    let costs: [[Int32]]
    /// What each seam costs more, by pairs of labels.
    private let seams: SeamCosts
    /// The cost of every pair of neighbours that come from different donors.
    private let change: Int32
    private let isCancelled: () -> Bool

    init(
        width: Int, height: Int, costs: [[Int32]], seams: SeamCosts, change: Float = 2,
        isCancelled: @escaping () -> Bool = { false }
    ) {
        self.width = width
        self.height = height
        self.costs = costs
        self.seams = seams
        self.change = Int32(change * Self.unit)
        self.isCancelled = isCancelled
    }

    /// The label of each pixel that costs least by itself.
    var cheapest: [UInt8] {
        (0..<(width * height)).map { index in
            var best = 0
            for label in 1..<costs.count where costs[label][index] < costs[best][index] {
                best = label
            }
            return UInt8(best)
        }
    }

    /// Improves labels until nothing changes, or for so many rounds.
    func expanded(from start: [UInt8], rounds: Int, flow: GridFlow) -> [UInt8] {
        var labels = start
        var best = energy(of: labels)
        for _ in 0..<rounds {
            var isChanged = false
            for label in costs.indices {
                if isCancelled() { return labels }
                let proposal = expanded(labels, UInt8(label), flow)
                guard proposal != labels else { continue }
                let energy = energy(of: proposal)
                guard energy < best else { continue }
                best = energy
                labels = proposal
                isChanged = true
            }
            if !isChanged { break }
        }
        return labels
    }

    /// The cost of a seam between neighbours of these labels.
    @inline(__always)
    private func seam(_ first: UInt8, _ second: UInt8, _ here: Int, _ there: Int) -> Int32 {
        first == second
            ? 0
            : seams.cost(first, second, here) &+ seams.cost(first, second, there)
                &+ change
    }

    func energy(of labels: [UInt8]) -> Int {
        var sum = 0
        for y in 0..<height {
            for x in 0..<width {
                let index = y * width + x
                let own = labels[index]
                sum += Int(costs[Int(own)][index])
                if x + 1 < width { sum += Int(seam(own, labels[index + 1], index, index + 1)) }
                if y + 1 < height {
                    sum += Int(seam(own, labels[index + width], index, index + width))
                }
            }
        }
        return sum
    }

    /// What the seams alone cost, in units.
    func seamEnergy(of labels: [UInt8]) -> Double {
        var sum = 0
        func add(_ here: Int, _ there: Int) {
            let (own, other) = (labels[here], labels[there])
            guard own != other else { return }
            sum += Int(seams.cost(own, other, here) &+ seams.cost(own, other, there))
        }
        for y in 0..<height {
            for x in 0..<width {
                let index = y * width + x
                if x + 1 < width { add(index, index + 1) }
                if y + 1 < height { add(index, index + width) }
            }
        }
        return Double(sum) / Double(Self.unit)
    }

    /// The labels after the best change of any number of pixels to one label.
    private func expanded(_ labels: [UInt8], _ label: UInt8, _ flow: GridFlow) -> [UInt8] {
        let own = costs[Int(label)]
        flow.clear()
        @inline(__always) func isFree(_ index: Int) -> Bool {
            labels[index] != label && own[index] < Self.forbidden
        }
        for y in 0..<height {
            for x in 0..<width {
                let index = y &* width &+ x
                let node = flow.node(x: x, y: y)
                let isFree = isFree(index)
                if isFree {
                    flow.add(
                        node, onSourceSide: costs[Int(labels[index])][index],
                        onSinkSide: own[index])
                }
                if x &+ 1 < width {
                    let next = index &+ 1
                    if isFree || self.isFree(labels, label, own, next) {
                        let edge = edge(labels, label, index, next, isFree, own)
                        edge.add(to: flow, node, node &+ 1) { flow.addRight(node, $0) }
                    }
                }
                if y &+ 1 < height {
                    let next = index &+ width
                    if isFree || self.isFree(labels, label, own, next) {
                        let edge = edge(labels, label, index, next, isFree, own)
                        edge.add(to: flow, node, node &+ flow.stride) {
                            flow.addBelow(node, $0)
                        }
                    }
                }
            }
        }
        flow.solve(isCancelled: isCancelled)
        var result = labels
        for y in 0..<height {
            for x in 0..<width {
                let index = y * width + x
                if isFree(index), flow.isOnSinkSide(flow.node(x: x, y: y)) { result[index] = label }
            }
        }
        return result
    }

    @inline(__always)
    private func isFree(_ labels: [UInt8], _ label: UInt8, _ own: [Int32], _ index: Int) -> Bool {
        labels[index] != label && own[index] < Self.forbidden
    }

    /// The costs of two neighbours, of which one at least may change.
    @inline(__always)
    private func edge(
        _ labels: [UInt8], _ label: UInt8, _ here: Int, _ there: Int, _ isFree: Bool,
        _ own: [Int32]
    ) -> Edge {
        let (first, second) = (labels[here], labels[there])
        return Edge(
            kept: seam(first, second, here, there), firstKept: seam(first, label, here, there),
            secondKept: seam(label, second, here, there), isFirstFree: isFree,
            isSecondFree: self.isFree(labels, label, own, there))
    }

    /// The costs of a pair of neighbours in an expansion.
    private struct Edge {
        /// If both keep their labels; if only the first does; if only the second does.
        let kept: Int32
        let firstKept: Int32
        let secondKept: Int32
        let isFirstFree: Bool
        let isSecondFree: Bool

        @inline(__always)
        func add(to flow: GridFlow, _ first: Int, _ second: Int, _ link: (Int32) -> Void) {
            if isFirstFree, isSecondFree {
                flow.add(first, onSourceSide: 0, onSinkSide: secondKept &- kept)
                flow.add(second, onSourceSide: 0, onSinkSide: 0 &- secondKept)
                link(max(0, firstKept &+ secondKept &- kept))
            } else if isFirstFree {
                flow.add(first, onSourceSide: kept, onSinkSide: secondKept)
            } else {
                flow.add(second, onSourceSide: kept, onSinkSide: firstKept)
            }
        }
    }
}

/// What a seam costs at a pixel, for every pair of labels.
///
/// Along an edge that one of the donors has there a seam is cheaper: it reads as the edge of a
/// garment.
struct SeamCosts {
    /// The change over two pixels, in OKLab × 100, from which an edge counts in full, and the part
    /// of the cost, in sixteenths, that it saves.
    private static let fullEdge: Float = 45
    private static let saving: Float = 10

    private let labels: Int
    /// By pair of labels and pixel; both orders share one table.
    private var tables: [[Int32]]

    /// - Parameters:
    ///   - features: By label; nil for the transparent label.
    ///   - width: Of the raster.
    ///   - count: The pixels of the raster.
    ///   - weights: How much dearer seams are at a pixel, in sixteenths; nil for 16 everywhere.
    ///   - area: The pixels that matter; nil for all.
    init(
        _ features: [PaddedBuffer<SIMD4<UInt8>>?], width: Int, count: Int, weights: [UInt8]?,
        area: FigureMask? = nil
    ) {
        labels = features.count
        tables = [[Int32]](repeating: [], count: features.count * features.count)
        let kept = features.map { layer in
            layer.map { Self.kept($0, width: width, count: count, area: area) }
        }
        for first in features.indices {
            for second in features.indices where second > first {
                var table = [Int32](repeating: 0, count: count)
                for index in 0..<count {
                    if let area, !area[index] { continue }
                    let left = features[first]?.pointer[index] ?? FigureColor.transparent
                    let right = features[second]?.pointer[index] ?? FigureColor.transparent
                    guard left != right else { continue }
                    var cost = Self.difference(left, right)
                    if let one = kept[first], let other = kept[second] {
                        cost = cost &* Int32(min(one[index], other[index])) / 16
                    }
                    table[index] = weights.map { cost &* Int32($0[index]) / 16 } ?? cost
                }
                tables[first * labels + second] = table
                tables[second * labels + first] = table
            }
        }
    }

    @inline(__always)
    func cost(_ first: UInt8, _ second: UInt8, _ index: Int) -> Int32 {
        tables[Int(first) &* labels &+ Int(second)][index]
    }

    /// The sixteenths of the cost that the edges of one donor leave.
    private static func kept(
        _ layer: PaddedBuffer<SIMD4<UInt8>>, width: Int, count: Int, area: FigureMask?
    ) -> [UInt8] {
        var kept = [UInt8](repeating: 16, count: count)
        let last = count - width - 1
        for index in (width + 1)..<max(width + 1, last) {
            if let area, !area[index] { continue }
            guard layer.pointer[index].w > 200 else { continue }
            let change = max(
                square(layer.pointer[index &- 1], layer.pointer[index &+ 1]),
                square(layer.pointer[index &- width], layer.pointer[index &+ width]))
            let edge = min(1, Float(change).squareRoot() / (2.55 * fullEdge))
            kept[index] = UInt8(16 - saving * edge)
        }
        return kept
    }

    /// The squared difference of two colours.
    @inline(__always)
    private static func square(_ left: SIMD4<UInt8>, _ right: SIMD4<UInt8>) -> Int32 {
        let gap =
            SIMD4<Int32>(truncatingIfNeeded: left) &- SIMD4<Int32>(truncatingIfNeeded: right)
        return gap.x &* gap.x &+ gap.y &* gap.y &+ gap.z &* gap.z
    }

    /// The difference of two features as a cost in sixteenths: of colour up to 60, and 120 for a
    /// whole step of alpha.
    @inline(__always)
    static func difference(_ left: SIMD4<UInt8>, _ right: SIMD4<UInt8>) -> Int32 {
        let color = min(60, Float(square(left, right)).squareRoot() / 2.55)
        let alpha = Float(abs(Int32(left.w) &- Int32(right.w))) * (120 / 255)
        return Int32((color + alpha) * LabelCut.unit)
    }
}
