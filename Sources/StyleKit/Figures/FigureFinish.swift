/// Turns the donors of a figure into one picture: small differences fade into the second body,
/// what still jumps becomes a thin dark line, and edges are smooth.
struct FigureFinish {
    /// The jump, in OKLab × 100, from which a seam reads as a garment's edge and gets a line.
    private static let jump: Float = 14

    let layers: [FigureLayer?]
    let labels: [UInt8]
    let field: FigureField
    let executor: RowParallelExecutor
    /// Straight OKLab × 100 and alpha.
    private(set) var colors: PaddedBuffer<SIMD4<Float>>
    /// The mean jump over all pixels of the figure, in OKLab × 100.
    private(set) var seamScore = 0.0

    init(
        layers: [FigureLayer?], labels: [UInt8], field: FigureField, executor: RowParallelExecutor
    ) {
        self.layers = layers
        self.labels = labels
        self.field = field
        self.executor = executor
        colors = PaddedBuffer(count: field.count, filledWith: SIMD4())
    }

    /// - Throws: ``StyleError/cancelled``.
    mutating func run() throws(StyleError) {
        let corrections = membrane()
        try executor.checkCancellation()
        flatten(corrections)
        try executor.checkCancellation()
        let jumps = jumps()
        drawLines(jumps)
        try executor.checkCancellation()
        dropSmallParts()
        measure(jumps)
    }

    /// The corrections of the second body's colours.
    private func membrane() -> PaddedBuffer<SIMD4<Float>>? {
        guard layers.count > 4, let second = layers[4] else { return nil }
        var area = FigureMask(width: field.width, height: field.height)
        for index in labels.indices {
            area[index] = labels[index] == FigureLabel.second && second.isOpaque(index)
        }
        let bound = SIMD4<Float>(12, 5, 6, 0)
        let decay = Float(0.0016 * field.step * field.step)
        let membrane = ScreenedMembrane(area, decay: decay) { index in
            let label = labels[index]
            guard label == FigureLabel.base || label == FigureLabel.mirror,
                let other = layers[Int(label)], other.colors.pointer[index].w > 0.6,
                second.colors.pointer[index].w > 0.6
            else { return (SIMD4(), 0) }
            let gap = other.colors.pointer[index] - second.colors.pointer[index]
            let size = (abs(gap.x) + 1.6 * abs(gap.y) + 1.6 * abs(gap.z)) / 10
            return (
                gap.clamped(lowerBound: -bound, upperBound: bound), Curves.gaussian(size * size)
            )
        }
        let corrections = PaddedBuffer<SIMD4<Float>>(count: field.count, filledWith: SIMD4())
        membrane.solve(isCancelled: { executor.isCancelled }) { corrections.pointer[$0] = $1 }
        return corrections
    }

    /// Lays the donors over each other; along seams they blend within a pixel, so that the edge
    /// towards nothing is smooth.
    private func flatten(_ corrections: PaddedBuffer<SIMD4<Float>>?) {
        let blur = GaussianBlur(deviation: 0.6)
        var coverage: [[Float]] = []
        for label in layers.indices {
            var mask = FigureMask(width: field.width, height: field.height)
            for index in labels.indices { mask[index] = Int(labels[index]) == label }
            coverage.append(layers[label] == nil ? [] : blur.blur(mask))
        }
        executor.run(rows: field.height, width: field.width) { indices in
            for index in indices {
                var sum = SIMD4<Float>()
                for (label, layer) in layers.enumerated() {
                    guard let layer, coverage[label][index] > 0.002 else { continue }
                    var color = layer.colors.pointer[index]
                    if label == Int(FigureLabel.second), let corrections {
                        color += corrections.pointer[index]
                    }
                    let part = coverage[label][index] * color.w
                    sum += SIMD4(color.x * part, color.y * part, color.z * part, part)
                }
                guard sum.w > 0.004 else { continue }
                let alpha = min(1, sum.w)
                sum /= sum.w
                sum.w = alpha
                colors.pointer[index] = sum
            }
        }
    }

    /// How much the donors on both sides of a seam differ at each of its pixels.
    private func jumps() -> [Float] {
        var jumps = [Float](repeating: 0, count: field.count)
        func add(_ here: Int, _ there: Int) {
            guard labels[here] != labels[there] else { return }
            let (first, second) = (layers[Int(labels[here])], layers[Int(labels[there])])
            let jump = min(
                Self.difference(first, second, here), Self.difference(first, second, there))
            jumps[here] = max(jumps[here], jump)
            jumps[there] = max(jumps[there], jump)
        }
        for y in 0..<field.height {
            for x in 0..<field.width {
                let index = y * field.width + x
                if x + 1 < field.width { add(index, index + 1) }
                if y + 1 < field.height { add(index, index + field.width) }
            }
        }
        return jumps
    }

    private static func difference(
        _ first: FigureLayer?, _ second: FigureLayer?, _ index: Int
    ) -> Float {
        let left = first?.features.pointer[index] ?? FigureColor.transparent
        let right = second?.features.pointer[index] ?? FigureColor.transparent
        let gap =
            SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: left))
            - SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: right))
        let scaled = gap * SIMD4<Float>(1 / 2.55, 1 / 2.55, 1 / 2.55, 60 / 255)
        return (scaled * scaled).sum().squareRoot()
    }

    /// The face of the head, which keeps its own lines.
    private var face: FigureMask {
        var mask = FigureMask(width: field.width, height: field.height)
        guard let head = layers[0] else { return mask }
        let eyes = head.points.betweenEyes
        let chin = head.points.chin
        let middle = SIMD2(
            chin.x * 0.4 + eyes.x * 0.6, eyes.y * 0.6 + chin.y * 0.4)
        for y in 0..<field.height {
            for x in 0..<field.width where labels[y * field.width + x] == FigureLabel.head {
                let gap =
                    (field.unit(x: x, y: y) - middle) / (head.headSize * SIMD2(0.62, 0.8))
                mask[y * field.width + x] = (gap * gap).sum() < 1
            }
        }
        return mask
    }

    /// A thin dark line where donors differ much.
    private func drawLines(_ jumps: [Float]) {
        let face = face
        var hot = FigureMask(width: field.width, height: field.height)
        for index in jumps.indices { hot[index] = jumps[index] > Self.jump && !face[index] }
        guard hot.values.contains(255) else { return }
        let ink = ink
        let pixel = 1 / field.step
        let line = GaussianBlur(deviation: max(0.5, pixel)).blur(hot)
        let alphas = (0..<field.count).map { colors.pointer[$0].w }
        let solid = GaussianBlur(deviation: max(0.5, 1.5 * pixel))
            .blur(alphas, width: field.width, height: field.height)
        let wide = GaussianBlur(deviation: max(0.5, 2 * pixel))
            .blur(spread(jumps), width: field.width, height: field.height)
        for index in 0..<field.count where line[index] > 0.002 && solid[index] > 0.25 {
            let strength = max(0, min(1, (wide[index] - Self.jump) / 16))
            let part = max(0, min(0.85, line[index] * 1.6)) * strength
            guard part > 0 else { continue }
            let old = colors.pointer[index]
            var color = old * (1 - part) + SIMD4(ink, 0) * part
            color.w = old.w > 0.2 ? max(old.w, min(1, part * 1.2)) : old.w
            colors.pointer[index] = color
        }
    }

    /// The largest of the jumps in a square of five units.
    private func spread(_ jumps: [Float]) -> [Float] {
        let radius = max(1, Int((2 / field.step).rounded()))
        var across = jumps
        for y in 0..<field.height {
            for x in 0..<field.width {
                var most: Float = 0
                for column in max(0, x - radius)...min(field.width - 1, x + radius) {
                    most = max(most, jumps[y * field.width + column])
                }
                across[y * field.width + x] = most
            }
        }
        var result = across
        for y in 0..<field.height {
            for row in max(0, y - radius)...min(field.height - 1, y + radius) {
                for x in 0..<field.width {
                    let index = y * field.width + x
                    result[index] = max(result[index], across[row * field.width + x])
                }
            }
        }
        return result
    }

    /// The colour of the artist's darkest lines in these works.
    private var ink: SIMD3<Float> {
        var samples: [SIMD3<Float>] = []
        let step = max(1, field.count / 20_000)
        for layer in layers {
            guard let layer else { continue }
            for index in stride(from: 0, to: field.count, by: step) {
                let color = layer.colors.pointer[index]
                if color.w > 0.95 { samples.append(FigureColor.lab(color)) }
            }
        }
        samples.sort { ($0.x, $0.y, $0.z) < ($1.x, $1.y, $1.z) }
        // The middle of the darkest six of a hundred.
        return samples.isEmpty ? SIMD3(15, 0, 0) : samples[samples.count * 3 / 100]
    }

    private func dropSmallParts() {
        var solid = FigureMask(width: field.width, height: field.height)
        for index in 0..<field.count { solid[index] = colors.pointer[index].w > 0.12 }
        let kept = ConnectedParts.withoutSmall(solid).dilated(by: 1.5)
        for index in 0..<field.count where !kept[index] { colors.pointer[index] = SIMD4() }
    }

    private mutating func measure(_ jumps: [Float]) {
        var sum = 0.0
        var count = 0
        for index in 0..<field.count where colors.pointer[index].w > 0.5 {
            sum += Double(jumps[index])
            count += 1
        }
        seamScore = sum / Double(max(1, count))
    }
}
