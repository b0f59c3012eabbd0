/// Moves the colours of one picture to those of another, so that light stays light and what is high
/// stays high: the light of one work on the drawing of another.
///
/// Sliced optimal transport (Rabin, Peyré, Delon and Bernot, *Wasserstein Barycenter and Its
/// Application to Texture Mixing*, 2011) of sampled pixels, in lightness, chroma and height.
struct LightTransport {
    private static let samples = 1_200
    private static let rounds = 30
    /// The part of the way that a sample goes for each axis.
    private static let step: Float = 0.5
    /// Chroma in units of lightness, and the whole height of a picture.
    private static let chromaScale: Float = 1.35
    private static let heightScale: Float = 64
    /// The width, in units of lightness, of the kernel that averages the samples near a colour.
    private static let bandwidth: Float = 18

    private let starts: [SIMD4<Float>]
    private let moves: [SIMD3<Float>]

    /// - Parameters:
    ///   - picture: The features of what is lit; not all transparent.
    ///   - light: The features of the picture that gives its light; not all transparent.
    ///   - usesHeight: Whether up and down have a meaning in the picture; not in a tile.
    init(of picture: Canvas, to light: Canvas, usesHeight: Bool, random: CounterRandom) {
        let starts = Self.samples(of: picture, key: 0, usesHeight: usesHeight, random)
        var points = starts
        let ends = Self.samples(of: light, key: 1, usesHeight: usesHeight, random)
        for round in 0..<Self.rounds where points.count == ends.count {
            for axis in Self.axes(round, random) { Self.move(&points, to: ends, along: axis) }
        }
        self.starts = starts
        moves = zip(points, starts).map { end, start in
            let move = end - start
            return SIMD3(move.x, move.y / Self.chromaScale, move.z / Self.chromaScale)
        }
    }

    /// By how much a colour at a height moves, in feature units: the mean of the samples near it.
    ///
    /// - Parameter height: 0 at the upper edge, 1 at the lower one.
    func move(of color: SIMD3<Float>, height: Float) -> SIMD3<Float> {
        let point = Self.point(color, height: height)
        var nearest = Float.infinity
        for start in starts {
            let gap = start - point
            nearest = min(nearest, (gap * gap).sum())
        }
        var sum = SIMD3<Float>()
        var total: Float = 0
        for index in starts.indices {
            let gap = starts[index] - point
            let part = ((gap * gap).sum() - nearest) / (Self.bandwidth * Self.bandwidth)
            let fall = 1 / (1 + part + part * part / 2 + part * part * part / 6)
            sum += moves[index] * fall
            total += fall
        }
        return total > 0 ? sum / total : SIMD3()
    }

    private static func point(_ color: SIMD3<Float>, height: Float) -> SIMD4<Float> {
        SIMD4(color.x, color.y * chromaScale, color.z * chromaScale, height * heightScale)
    }

    private static func samples(
        of picture: Canvas, key: Int, usesHeight: Bool, _ random: CounterRandom
    ) -> [SIMD4<Float>] {
        let opaque = (0..<(picture.width * picture.height)).filter { picture.pixels[$0].w >= 128 }
        guard !opaque.isEmpty else { return [] }
        return (0..<samples).map { sample in
            let index = opaque[random.below(opaque.count, .lightSamples, key, sample)]
            let pixel = picture.pixels[index]
            let height = (Float(index / picture.width) + 0.5) / Float(picture.height)
            return point(
                SIMD3(Float(pixel.x), Float(pixel.y), Float(pixel.z)),
                height: usesHeight ? height : 0)
        }
    }

    /// Moves each point along an axis half of the way to the point of the same rank.
    private static func move(
        _ points: inout [SIMD4<Float>], to ends: [SIMD4<Float>], along axis: SIMD4<Float>
    ) {
        let from = points.map { ($0 * axis).sum() }
        let to = ends.map { ($0 * axis).sum() }.sorted()
        let order = from.indices.sorted { (from[$0], $0) < (from[$1], $1) }
        for (rank, index) in order.enumerated() {
            points[index] += axis * ((to[rank] - from[index]) * step)
        }
    }

    /// Four random axes, each at right angles to the others, by the method of Gram and Schmidt.
    private static func axes(_ round: Int, _ random: CounterRandom) -> [SIMD4<Float>] {
        var axes: [SIMD4<Float>] = []
        var attempt = 0
        while axes.count < 4 {
            var axis = SIMD4<Float>()
            for lane in 0..<4 {
                let key = attempt * 4 + lane
                axis[lane] = Float(random.below(8_191, .lightAxes, round, key) - 4_095)
            }
            attempt += 1
            for other in axes { axis -= other * (axis * other).sum() }
            let length = (axis * axis).sum().squareRoot()
            if length > 400 { axes.append(axis / length) }
        }
        return axes
    }
}
