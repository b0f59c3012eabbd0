/// Where the works of a composition meet at one level: minimum cuts, on the coarsest level through
/// the whole band in the middle, and then near the cut of the level before.
struct CompositionCut {
    /// The most that a difference of two works counts.
    private static let largestDifference: Float = 90
    /// How many sixteenths less a cut costs along an edge of one of the works.
    private static let alongEdge: Float = 10
    /// The change of a work, in feature units, that is a full edge.
    private static let fullEdge: Float = 40
    /// What each pixel of a cut costs by itself, so that cuts through equal areas are short.
    private static let length: Float = 2
    /// How far a cut may move from that of the level before, in pixels.
    private static let margin = 4
    private static let bound: Int32 = 1 << 24
    /// The part of the picture that the new layer has on every level: where a cut gives it less or
    /// more, each of its pixels is made cheaper or dearer by so much, so many times.
    private static let share: ClosedRange<Float> = 0.42...0.58
    private static let firstPush: Int32 = 3
    private static let pushes = 12
    /// What a cut through an area costs that is kept whole, and each pixel of one to avoid.
    private static let kept: Int32 = 1 << 16
    private static let closed: Int32 = 1 << 13

    let size: PyramidPlan.Size
    /// `[height, width]`: the index of the layer.
    private(set) var labels: [UInt8]

    /// The cuts of a level.
    ///
    /// - Parameters:
    ///   - layers: The layers as they lie in the picture, all of this size.
    ///   - joins: How each layer but the first meets those before.
    ///   - coarse: The cuts of the level before.
    init(
        _ layers: [LayerView], joins: [Composition.Join], size: PyramidPlan.Size,
        coarse: CompositionCut?, isCancelled: () -> Bool
    ) {
        self.size = size
        labels = [UInt8](repeating: 0, count: size.width * size.height)
        for (index, join) in joins.enumerated() {
            let label = UInt8(index + 1)
            let choice =
                coarse.map { Self.near($0, label: label, size: size) }
                ?? Self.band(join, size: size)
            let before = labels
            var push: Int32 = 0
            for _ in 0..<Self.pushes {
                labels = before
                cut(layers, label: label, choice: choice, push: push, isCancelled: isCancelled)
                let share =
                    Float(labels.count { $0 == label }) / Float(size.width * size.height)
                if Self.share.contains(share) { break }
                push += share < Self.share.lowerBound ? Self.firstPush : -Self.firstPush
            }
        }
    }

    /// What a pixel may be: kept, the new layer, or either.
    private enum Choice: UInt8 {
        case kept
        case new
        case free
    }

    private static func band(_ join: Composition.Join, size: PyramidPlan.Size) -> [Choice] {
        let side = join == .beside ? size.width : size.height
        let start = Int(SeamPath.band.lowerBound * Float(side))
        let end = Int(SeamPath.band.upperBound * Float(side))
        return (0..<(size.width * size.height)).map { index in
            let place = join == .beside ? index % size.width : index / size.width
            return place < start ? .kept : place >= end ? .new : .free
        }
    }

    /// Free near the cut of a coarser level, as far as that is known.
    private static func near(
        _ coarse: CompositionCut, label: UInt8, size: PyramidPlan.Size
    ) -> [Choice] {
        let (width, height) = (size.width, size.height)
        var choice = [Choice](repeating: .kept, count: width * height)
        for y in 0..<height {
            let row = y * coarse.size.height / height * coarse.size.width
            for x in 0..<width
            where coarse.labels[row + x * coarse.size.width / width] == label {
                choice[y * width + x] = .new
            }
        }
        let sharp = choice
        for y in 0..<height {
            for x in 0..<width {
                let own = sharp[y * width + x]
                let isEdge =
                    x + 1 < width && sharp[y * width + x + 1] != own
                    || y + 1 < height && sharp[(y + 1) * width + x] != own
                guard isEdge else { continue }
                for row in max(0, y - margin)...min(height - 1, y + margin) {
                    for column in max(0, x - margin)...min(width - 1, x + margin) {
                        choice[row * width + column] = .free
                    }
                }
            }
        }
        return choice
    }

    private mutating func cut(
        _ layers: [LayerView], label: UInt8, choice: [Choice], push: Int32,
        isCancelled: () -> Bool
    ) {
        let (width, height) = (size.width, size.height)
        let flow = GridFlow(width: width, height: height)
        let view = layers[Int(label)]
        let new = view.features
        func old(_ index: Int) -> SIMD4<UInt8> {
            layers[Int(labels[index])].features.pixels[index]
        }
        func isKept(_ index: Int) -> Bool {
            view.isKept?[index] ?? false || layers[Int(labels[index])].isKept?[index] ?? false
        }
        func closed(_ layer: LayerView, _ index: Int) -> Int32 {
            layer.isClosed?[index] ?? false ? Self.closed : 0
        }
        func edge(_ index: Int, _ next: Int) -> Int32 {
            let first = Self.distance(old(index), new.pixels[index])
            let second = Self.distance(old(next), new.pixels[next])
            let change = max(
                Self.distance(old(index), old(next)),
                Self.distance(new.pixels[index], new.pixels[next]))
            let part = 1 - Self.alongEdge / 16 * min(1, change / Self.fullEdge)
            let kept = isKept(index) && isKept(next) ? Self.kept : 0
            return Int32((first + second + Self.length) * part * 4) + kept
        }
        for y in 0..<height {
            for x in 0..<width {
                let index = y * width + x
                let node = flow.node(x: x, y: y)
                let own = choice[index]
                if own != .free {
                    flow.add(
                        node, onSourceSide: own == .kept ? 0 : Self.bound,
                        onSinkSide: own == .kept ? Self.bound : 0)
                } else {
                    flow.add(
                        node,
                        onSourceSide: closed(layers[Int(labels[index])], index) + max(0, push),
                        onSinkSide: closed(view, index) + max(0, -push))
                }
                if x + 1 < width, own == .free || choice[index + 1] == .free {
                    let cost = edge(index, index + 1)
                    flow.addRight(node, cost, back: cost)
                }
                if y + 1 < height, own == .free || choice[index + width] == .free {
                    let cost = edge(index, index + width)
                    flow.addBelow(node, cost, back: cost)
                }
            }
        }
        flow.solve(isCancelled: isCancelled)
        for y in 0..<height {
            for x in 0..<width {
                let index = y * width + x
                let isNew =
                    choice[index] == .free
                    ? flow.isOnSinkSide(flow.node(x: x, y: y)) : choice[index] == .new
                if isNew { labels[index] = label }
            }
        }
    }

    private static func distance(_ left: SIMD4<UInt8>, _ right: SIMD4<UInt8>) -> Float {
        min(largestDifference, Float(PatchSearch.distance(left, right)).squareRoot())
    }
}

/// A layer as it lies in the picture at one level.
struct LayerView {
    let features: Canvas
    /// `[height, width]`: what is to appear whole; nil where there is nothing.
    let isKept: [Bool]?
    /// `[height, width]`: what is not to appear; nil where there is nothing.
    let isClosed: [Bool]?

    init(
        _ layer: PlacedLayer, source: SourceLevel, size: PyramidPlan.Size,
        executor: RowParallelExecutor
    ) {
        let view = Canvas(width: size.width, height: size.height)
        executor.run(rows: size.height) { rows in
            for y in rows {
                for x in 0..<size.width {
                    view.pixels[y * size.width + x] = source.features.pointer[layer.index(x, y)]
                }
            }
        }
        features = view
        isKept = Self.mask(source.keptWhole[layer.work], layer, size)
        isClosed = Self.mask(source.avoided[layer.work], layer, size)
    }

    private static func mask(
        _ areas: [PixelArea], _ layer: PlacedLayer, _ size: PyramidPlan.Size
    ) -> [Bool]? {
        guard !areas.isEmpty else { return nil }
        return (0..<(size.width * size.height)).map { at in
            let pixel = PixelArea(
                x: at % size.width + layer.x, y: at / size.width + layer.y, width: 1, height: 1)
            return areas.contains(where: pixel.meets)
        }
    }
}
