/// How far a picture's marks, without their colour, are from the works': sliced Wasserstein
/// distance of mean-free patches at four scales.
struct TextureMeasure {
    private static let side = 7
    private static let scales = 4
    private static let directions = 32
    private static let samples = 1_500

    /// By scale and direction: sorted projections of sampled patches.
    private typealias Projections = [[[Float]]]

    private let works: [Projections]
    /// The distance of one work from all others, in the middle of all works.
    private let own: Double

    /// - Parameter works: At least one.
    init(_ works: [LabPicture]) {
        let projections = works.enumerated().map { Self.projections($1, seed: $0 + 1) }
        self.works = projections
        let distances = projections.indices.map { index in
            Self.distance(projections[index], Self.merged(projections, without: index))
        }.sorted()
        own = max(distances[distances.count / 2], 1e-6)
    }

    /// A picture's distance from the works over that of a work from the others: about 1 for the
    /// artist's own hand.
    func ratio(_ picture: LabPicture) -> Double {
        Self.distance(Self.projections(picture, seed: 0), Self.merged(works, without: nil)) / own
    }

    /// Takes as many from each work as makes the samples of one picture.
    private static func merged(_ all: [Projections], without left: Int?) -> Projections {
        let used = all.indices.filter { $0 != left || all.count == 1 }
        return (0..<scales).map { scale in
            (0..<directions).map { direction in
                let values = used.flatMap { all[$0][scale][direction] }.sorted()
                return (0..<samples).map { values[$0 * values.count / samples] }
            }
        }
    }

    private static func distance(_ left: Projections, _ right: Projections) -> Double {
        var sum = 0.0
        for scale in 0..<scales {
            for direction in 0..<directions {
                for index in 0..<samples {
                    sum += Double(
                        abs(left[scale][direction][index] - right[scale][direction][index]))
                }
            }
        }
        return sum / Double(scales * directions * samples)
    }

    private static func projections(_ picture: LabPicture, seed: Int) -> Projections {
        var values = picture.lightness
        var width = picture.width
        var height = picture.height
        var random = SplitMix(seed: UInt64(seed) &* 0x51_7C_C1_B7)
        return (0..<scales).map { scale in
            if scale > 0 { (values, width, height) = halved(values, width, height) }
            let patches = (0..<samples).map { _ in
                meanFree(
                    values, width,
                    x: random.below(max(1, width - side + 1)),
                    y: random.below(max(1, height - side + 1)), height: height)
            }
            var axes = SplitMix(seed: UInt64(scale) &+ 77)
            return (0..<directions).map { _ in
                let axis = (0..<(side * side)).map { _ in axes.unit() }
                let norm = axis.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return patches.map { patch in
                    zip(patch, axis).reduce(0) { $0 + $1.0 * $1.1 } / norm
                }.sorted()
            }
        }
    }

    private static func meanFree(
        _ values: [Float], _ width: Int, x: Int, y: Int, height: Int
    ) -> [Float] {
        var patch: [Float] = []
        for row in 0..<side {
            for column in 0..<side {
                patch.append(values[min(y + row, height - 1) * width + min(x + column, width - 1)])
            }
        }
        let mean = patch.reduce(0, +) / Float(patch.count)
        return patch.map { $0 - mean }
    }

    private static func halved(
        _ values: [Float], _ width: Int, _ height: Int
    ) -> ([Float], Int, Int) {
        let newWidth = max(1, width / 2)
        let newHeight = max(1, height / 2)
        var result: [Float] = []
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                let right = min(2 * x + 1, width - 1)
                let below = min(2 * y + 1, height - 1)
                result.append(
                    (values[2 * y * width + 2 * x] + values[2 * y * width + right]
                        + values[below * width + 2 * x] + values[below * width + right]) / 4)
            }
        }
        return (result, newWidth, newHeight)
    }
}

/// Numbers for sampling: SplitMix64 (Steele, Lea, Flood, 2014).
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// 0 up to but not including `bound`.
    mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }

    /// -1 to 1.
    mutating func unit() -> Float { Float(next() >> 40) / Float(1 << 23) - 1 }
}
