/// Descriptors of the local structure of lines and edges, without colour and contrast.
///
/// Each holds the 14 lowest DCT coefficients, without the mean, of the lightness of 8 × 8 pixels
/// (at a short side of 512) and of the 16 × 16 pixels around them at half the resolution. Signed
/// square roots are kept, so that one hard edge does not outweigh all; each descriptor is
/// normalised to length 1, as the energy of texture is another measure.
struct TextureDescriptors {
    static let count = 28

    private static let side = 512
    private static let pixels = 1 << 21
    /// The DCT coefficients that are kept: half periods across and down.
    private static let coefficients: [(Int, Int)] = (0..<5).flatMap { down in
        (0..<5).filter { (1...4).contains($0 + down) }.map { ($0, down) }
    }
    /// `[5, 8]`: the DCT-II basis of eight samples.
    private static let table: [Float] = (0..<40).map { index in
        let angle = 22.5 * Float(index / 8) * (Float(index % 8) + 0.5)
        return Trigonometry.cosineAndSine(degrees: angle).0 * (index < 8 ? 0.353_553_4 : 0.5)
    }

    /// `[patches, 28]`
    private(set) var values: [Float] = []
    /// The number of descriptors of each work, in order.
    private(set) var patchesByWork: [Int] = []

    init() {}

    /// Adds the descriptors of a work: the half with the most energy on a regular grid, at most
    /// `limit`.
    mutating func add(_ work: Canvas, atMost limit: Int) {
        let area = Double(work.width * work.height)
        let scale = min(
            Double(TextureDescriptors.side) / Double(min(work.width, work.height)),
            (Double(TextureDescriptors.pixels) / area).squareRoot())
        let light = LightnessMap(
            work.scaled(
                width: max(17, Int((Double(work.width) * scale).rounded())),
                height: max(17, Int((Double(work.height) * scale).rounded()))
            ).features)
        let wished = Double(limit) * 2
        let cells = Double((light.width - 16) * (light.height - 16))
        let step = max(4, Int((cells / wished).squareRoot().rounded(.up)))
        var found: [(energy: Float, descriptors: [Float])] = []
        for y in stride(from: 0, to: light.height - 16, by: step) {
            for x in stride(from: 0, to: light.width - 16, by: step) {
                let descriptors = TextureDescriptors.descriptors(of: light, x: x, y: y)
                found.append((descriptors.reduce(0) { $0 + $1 * $1 }, descriptors))
            }
        }
        let order = found.indices.sorted { left, right in
            (found[right].energy, left) < (found[left].energy, right)
        }
        let kept = order.prefix(max(1, min(limit, found.count / 2))).sorted()
        for index in kept {
            let length = max(0.001, found[index].energy.squareRoot())
            values += found[index].descriptors.map { $0 / length }
        }
        patchesByWork.append(kept.count)
    }

    /// The mean Euclidean distance of each descriptor to the nearest of another set, by exact
    /// search.
    func meanDistance(to other: TextureDescriptors) -> Double {
        let total = other.values.count / TextureDescriptors.count
        var sum = 0.0
        values.withUnsafeBufferPointer { mine in
            other.values.withUnsafeBufferPointer { theirs in
                for patch in stride(from: 0, to: mine.count, by: TextureDescriptors.count) {
                    var best = Float.infinity
                    for index in 0..<total {
                        var gap: Float = 0
                        for lane in 0..<TextureDescriptors.count where gap < best {
                            let difference =
                                mine[patch + lane] - theirs[index * TextureDescriptors.count + lane]
                            gap += difference * difference
                        }
                        best = min(best, gap)
                    }
                    sum += Double(best.squareRoot())
                }
            }
        }
        return sum / Double(max(1, values.count / TextureDescriptors.count))
    }

    /// The descriptors of one work.
    func part(_ work: Int) -> TextureDescriptors {
        let start = patchesByWork[..<work].reduce(0, +) * TextureDescriptors.count
        let length = patchesByWork[work] * TextureDescriptors.count
        var result = TextureDescriptors()
        result.values = Array(values[start..<(start + length)])
        result.patchesByWork = [patchesByWork[work]]
        return result
    }

    /// All descriptors but those of one work.
    func without(_ work: Int) -> TextureDescriptors {
        let start = patchesByWork[..<work].reduce(0, +) * TextureDescriptors.count
        let length = patchesByWork[work] * TextureDescriptors.count
        var result = self
        result.values.removeSubrange(start..<(start + length))
        result.patchesByWork.remove(at: work)
        return result
    }

    /// At most so many descriptors, spread evenly.
    func thinned(to limit: Int) -> TextureDescriptors {
        let total = values.count / TextureDescriptors.count
        guard total > limit else { return self }
        var result = TextureDescriptors()
        for index in 0..<limit {
            let start = index * total / limit * TextureDescriptors.count
            result.values += values[start..<(start + TextureDescriptors.count)]
        }
        result.patchesByWork = [limit]
        return result
    }

    private static func descriptors(of light: LightnessMap, x: Int, y: Int) -> [Float] {
        var fine = [Float](repeating: 0, count: 64)
        var coarse = fine
        for row in 0..<8 {
            for column in 0..<8 {
                fine[row * 8 + column] = Float(
                    light.values[(y + 4 + row) * light.width + x + 4 + column])
                let at = (y + row * 2) * light.width + x + column * 2
                let sum =
                    light.values[at] + light.values[at + 1] + light.values[at + light.width]
                    + light.values[at + light.width + 1]
                coarse[row * 8 + column] = Float(sum) / 4
            }
        }
        return (coefficients(of: fine) + coefficients(of: coarse)).map { value in
            value < 0 ? -(-value).squareRoot() : value.squareRoot()
        }
    }

    private static func coefficients(of square: [Float]) -> [Float] {
        var rows = [Float](repeating: 0, count: 40)
        for wave in 0..<5 {
            for row in 0..<8 {
                var sum: Float = 0
                for column in 0..<8 { sum += table[wave * 8 + column] * square[row * 8 + column] }
                rows[wave * 8 + row] = sum
            }
        }
        return coefficients.map { across, down in
            (0..<8).reduce(Float(0)) { $0 + table[down * 8 + $1] * rows[across * 8 + $1] }
        }
    }
}
