/// Measures the works; counts in whole numbers, so that every machine finds the same.
struct StyleAnalyzer {
    private static let side = 256
    private static let scales = 6
    /// Cosine and sine, times 1,024, of the twelve edge directions.
    private static let directions: [(Int, Int)] = [
        (1_024, 0), (989, 265), (887, 512), (724, 724), (512, 887), (265, 989),
        (0, 1_024), (-265, 989), (-512, 887), (-724, 724), (-887, 512), (-989, 265),
    ]

    private var colors = ColorHistogram()
    private var strokes = [Int](repeating: 0, count: 16)
    private var edges = [Int](repeating: 0, count: 12)
    private var texture = [Int](repeating: 0, count: StyleAnalyzer.scales)
    private var area = 0

    /// Adds one work, premultiplied, at any size.
    mutating func add(_ work: Canvas) {
        let scale = Double(Self.side) / Double(min(work.width, work.height))
        let small = work.scaled(
            width: max(1, Int((Double(work.width) * scale).rounded())),
            height: max(1, Int((Double(work.height) * scale).rounded()))
        ).features
        colors.add(small)
        let light = LightMap(small)
        area += light.values.count
        var finer = light
        for scale in 0..<Self.scales {
            let coarser = light.blurred(radius: 1 << scale)
            for index in 0..<light.values.count {
                texture[scale] += abs(finer.values[index] - coarser.values[index])
            }
            finer = coarser
        }
        addEdges(light)
        addStrokes(light)
    }

    /// The sums as shares.
    var analysis: StyleAnalysis {
        StyleAnalysis(
            palette: colors.palette(count: Limits.paletteColors),
            strokeWidths: Self.shares(strokes),
            edgeDirections: Self.shares(edges),
            textureByScale: texture.map { sum in
                area == 0 ? 0 : (Double(sum) / Double(area) / 2.55 * 100).rounded() / 100
            })
    }

    private static func shares(_ counts: [Int]) -> [Double] {
        let sum = counts.reduce(0, +)
        return counts.map { sum == 0 ? 0 : (Double($0) / Double(sum) * 10_000).rounded() / 10_000 }
    }

    private mutating func addEdges(_ light: LightMap) {
        guard light.width > 2, light.height > 2 else { return }
        for y in 1..<(light.height - 1) {
            for x in 1..<(light.width - 1) {
                let across = light.slope(x: x, y: y, dx: 1, dy: 0)
                let down = light.slope(x: x, y: y, dx: 0, dy: 1)
                let strength = across * across + down * down
                guard strength > 120 * 120 else { continue }
                // An edge runs square to its slope.
                var best = 0
                var bestDot = -1
                for (index, direction) in Self.directions.enumerated() {
                    let dot = abs(direction.0 * down + direction.1 * across)
                    if dot > bestDot { (best, bestDot) = (index, dot) }
                }
                edges[best] += max(abs(across), abs(down))
            }
        }
    }

    private mutating func addStrokes(_ light: LightMap) {
        let around = light.blurred(radius: 12)
        let isDark = (0..<light.values.count).map { light.values[$0] + 18 < around.values[$0] }
        for y in 0..<light.height {
            for x in 0..<light.width where isDark[y * light.width + x] {
                let across = light.run(of: isDark, x: x, y: y, dx: 1, dy: 0)
                let down = light.run(of: isDark, x: x, y: y, dx: 0, dy: 1)
                strokes[min(min(across, down), 16) - 1] += 1
            }
        }
    }
}
