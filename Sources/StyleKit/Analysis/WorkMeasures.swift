/// What is counted in one work: integers, so that every machine finds the same.
///
/// A model keeps them for each work: works are added and removed without measuring the others
/// again, and the measures of a style are the sum over its works.
struct WorkMeasures: Sendable, Equatable {
    static let lightnessBins = 16
    static let strokeBins = 16
    static let directions = 12
    static let scales = 7

    /// The colours of up to 65,536 pixels on a grid.
    var colors = SparseColorHistogram()
    /// Pixels by lightness, dark to light.
    var lightness = [Int](repeating: 0, count: WorkMeasures.lightnessBins)
    /// The length of dark lines by their width.
    var strokes = [Int](repeating: 0, count: WorkMeasures.strokeBins)
    /// The strength of edges by their direction.
    var edges = [Int](repeating: 0, count: WorkMeasures.directions)
    /// The absolute difference between box blurs, fine to coarse.
    var texture = [Int](repeating: 0, count: WorkMeasures.scales)
    /// The number of pixels that were measured.
    var area = 0

    /// The sum over several works.
    init(sum measures: [WorkMeasures]) {
        for one in measures {
            colors.add(one.colors)
            lightness = Self.sum(lightness, one.lightness)
            strokes = Self.sum(strokes, one.strokes)
            edges = Self.sum(edges, one.edges)
            texture = Self.sum(texture, one.texture)
            area += one.area
        }
    }

    init() {}

    private static func sum(_ left: [Int], _ right: [Int]) -> [Int] {
        zip(left, right).map { $0 + $1 }
    }
}

/// Measures one work.
enum WorkMeter {
    /// The short side to which a work is scaled before it is measured.
    private static let side = 512
    /// A longer work is scaled down further, to at most this many pixels.
    private static let pixels = 1 << 21
    private static let colorSamples = 1 << 16
    /// A pixel counts as drawn if it is darker than its neighbourhood by this, of 255.
    private static let strokeContrast = 18
    /// The radius of that neighbourhood, in pixels.
    private static let strokeSurroundings = 24
    /// A longer chord belongs to an area, not to a line.
    private static let longestRun = 24
    /// A smaller Sobel gradient is shading, not an edge.
    private static let edgeStrength = 120
    /// A pixel adds this, divided by the width, to a line's length. 5,040 is divisible by 1 to 10,
    /// so that most widths lose nothing by rounding.
    private static let lengthUnit = 5_040
    /// Cosine and sine, × 1,024, of the twelve edge directions.
    private static let directions: [(Int, Int)] = [
        (1_024, 0), (989, 265), (887, 512), (724, 724), (512, 887), (265, 989),
        (0, 1_024), (-265, 989), (-512, 887), (-724, 724), (-887, 512), (-989, 265),
    ]

    /// - Parameter work: Premultiplied sRGB of any size; transparent pixels count as mid-grey.
    static func measure(_ work: Canvas) -> WorkMeasures {
        var measures = WorkMeasures()
        measures.colors = SparseColorHistogram(work, atMost: colorSamples)
        let area = Double(work.width * work.height)
        let scale = min(
            Double(side) / Double(min(work.width, work.height)),
            (Double(pixels) / area).squareRoot())
        let small = work.scaled(
            width: max(3, Int((Double(work.width) * scale).rounded())),
            height: max(3, Int((Double(work.height) * scale).rounded()))
        ).features
        let light = LightnessMap(small)
        measures.area = light.values.count
        for index in 0..<light.values.count where small.pixels[index].w >= 128 {
            measures.lightness[light.values[index] >> 4] += 1
        }
        addTexture(light, to: &measures)
        addEdges(light, to: &measures)
        addStrokes(light, to: &measures)
        return measures
    }

    private static func addTexture(_ light: LightnessMap, to measures: inout WorkMeasures) {
        var finer = light
        for scale in 0..<WorkMeasures.scales {
            let coarser = light.blurred(radius: 1 << scale)
            var sum = 0
            for index in 0..<light.values.count {
                sum += abs(finer.values[index] - coarser.values[index])
            }
            measures.texture[scale] = sum
            finer = coarser
        }
    }

    private static func addEdges(_ light: LightnessMap, to measures: inout WorkMeasures) {
        for y in 1..<(light.height - 1) {
            for x in 1..<(light.width - 1) {
                let across = light.slope(x: x, y: y, dx: 1, dy: 0)
                let down = light.slope(x: x, y: y, dx: 0, dy: 1)
                let strength = across * across + down * down
                guard strength > edgeStrength * edgeStrength else { continue }
                // An edge runs square to its slope.
                var best = 0
                var bestDot = -1
                for (index, direction) in directions.enumerated() {
                    let dot = abs(direction.0 * down + direction.1 * across)
                    if dot > bestDot { (best, bestDot) = (index, dot) }
                }
                measures.edges[best] += max(abs(across), abs(down))
            }
        }
    }

    /// The shortest of four chords through a dark pixel is the width of the line there.
    private static func addStrokes(_ light: LightnessMap, to measures: inout WorkMeasures) {
        let around = light.blurred(radius: strokeSurroundings)
        let isDark = (0..<light.values.count).map {
            light.values[$0] + strokeContrast < around.values[$0]
        }
        for y in 0..<light.height {
            for x in 0..<light.width where isDark[y * light.width + x] {
                let straight = min(
                    light.run(of: isDark, x: x, y: y, dx: 1, dy: 0, atMost: longestRun),
                    light.run(of: isDark, x: x, y: y, dx: 0, dy: 1, atMost: longestRun))
                let slanted = min(
                    light.run(of: isDark, x: x, y: y, dx: 1, dy: 1, atMost: longestRun),
                    light.run(of: isDark, x: x, y: y, dx: 1, dy: -1, atMost: longestRun))
                // In 128ths: a step along a diagonal is √2 long, but one pixel is one wide.
                let width = min(straight * 128, max(128, slanted * 181 - 53))
                guard width < longestRun * 128 else { continue }
                let bin = min(width >> 7, WorkMeasures.strokeBins)
                let next = min(bin + 1, WorkMeasures.strokeBins)
                measures.strokes[bin - 1] += lengthUnit * (128 - (width & 127)) / bin
                measures.strokes[next - 1] += lengthUnit * (width & 127) / next
            }
        }
    }
}
