public import Fingerprints

/// Computes PDQ hashes of lightness, step by step as the reference implementation does.
package enum PDQHasher {
    static let side = 64
    private static let coefficients = 16

    /// `[16, 64]`: the DCT basis of 1 to 16 half periods over 64 samples.
    private static let cosineTable: [Float] = (0..<(coefficients * side)).map { index in
        let angle = Double((index / side + 1) * (2 * (index % side) + 1)) / 128
        return Float((2.0 / Double(side)).squareRoot() * Trigonometry.cosine(halfTurns: angle))
    }

    /// - Parameter light: `[height, width]`, 0 to 255, row-major.
    package static func read(light: [Float], width: Int, height: Int) -> FingerprintReading {
        let rows = PDQRowHasher(width: width, height: height)
        light.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for row in 0..<height { rows.add(light: base + row * width) }
        }
        return rows.reading
    }

    /// - Parameter small: `[64, 64]`, row-major: the picture after the Jarosz filter, sampled.
    static func read(small: [Float]) -> FingerprintReading {
        let coefficients = coefficients(of: small)
        let variants = (0..<FingerprintReading.variantCount).map {
            fingerprint(of: transformed(coefficients, by: $0))
        }
        guard let reading = FingerprintReading(variants: variants, quality: quality(of: small))
        else { preconditionFailure("as many variants as were asked for, a quality up to 100") }
        return reading
    }

    /// The sum of differences between neighbours, each in hundredths of the range and truncated to
    /// an integer, over 90.
    private static func quality(of small: [Float]) -> Int {
        var sum = 0
        for y in 0..<side {
            for x in 0..<side {
                let here = small[y * side + x]
                if y + 1 < side {
                    sum += abs(Int((here - small[(y + 1) * side + x]) * 100 / 255))
                }
                if x + 1 < side { sum += abs(Int((here - small[y * side + x + 1]) * 100 / 255)) }
            }
        }
        return min(100, sum / 90)
    }

    /// The 16 × 16 lowest DCT coefficients without the constant ones.
    private static func coefficients(of small: [Float]) -> [Float] {
        var middle = [Float](repeating: 0, count: coefficients * side)
        for row in 0..<coefficients {
            for x in 0..<side {
                middle[row * side + x] = (0..<side).reduce(Float(0)) {
                    $0 + cosineTable[row * side + $1] * small[$1 * side + x]
                }
            }
        }
        return (0..<(coefficients * coefficients)).map { index in
            let row = index / coefficients * side
            let column = index % coefficients * side
            return (0..<side).reduce(Float(0)) {
                $0 + middle[row + $1] * cosineTable[column + $1]
            }
        }
    }

    /// The coefficients of the picture mirrored (bits 0 and 1) and transposed (bit 2).
    private static func transformed(_ coefficients: [Float], by turn: Int) -> [Float] {
        (0..<coefficients.count).map { index in
            let row = index / Self.coefficients
            let column = index % Self.coefficients
            let value =
                turn & 4 == 0 ? coefficients[index] : coefficients[column * Self.coefficients + row]
            // Cosines of an odd number of half periods change sign in a mirror.
            let isNegative =
                (turn & 1 == 1 && column.isMultiple(of: 2))
                != (turn & 2 == 2 && row.isMultiple(of: 2))
            return isNegative ? -value : value
        }
    }

    /// A bit for every coefficient above the lower median.
    private static func fingerprint(of coefficients: [Float]) -> Fingerprint {
        let median = coefficients.sorted()[coefficients.count / 2 - 1]
        var words = SIMD4<UInt64>()
        for (index, value) in coefficients.enumerated() where value > median {
            words[index / 64] |= 1 << UInt64(index % 64)
        }
        return Fingerprint(words: words)
    }
}

/// Computes the PDQ hash of a picture row by row; only what the filter still needs is held.
final class PDQRowHasher {
    private let width: Int
    private let height: Int
    /// The two passes of the filter; none for a picture of 64 × 64.
    private let blurs: [JaroszFilter]
    private var light: [Float]
    private var small: [Float] = []
    /// The rows and columns that are sampled, in order; of a small picture one may be sampled
    /// several times.
    private let rows: [Int]
    private let columns: [Int]
    private var row = 0
    private var sampled = 0

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        let side = PDQHasher.side
        let isSmall = width == side && height == side
        blurs = isSmall ? [] : (0..<2).map { _ in JaroszFilter(width: width, height: height) }
        light = [Float](repeating: 0, count: width)
        rows = PDQRowHasher.sampleIndices(in: height)
        columns = PDQRowHasher.sampleIndices(in: width)
        small.reserveCapacity(side * side)
    }

    /// The hashes, after the last row.
    var reading: FingerprintReading { PDQHasher.read(small: small) }

    /// Adds the next row: `[width, 4]`, straight RGBA; transparent pixels count as white.
    func add(_ source: UnsafePointer<UInt8>) {
        for x in 0..<width {
            let base = x * 4
            let alpha = Float(source[base + 3]) / 255
            let value =
                0.299 * Float(source[base]) + 0.587 * Float(source[base + 1])
                + 0.114 * Float(source[base + 2])
            light[x] = value * alpha + 255 * (1 - alpha)
        }
        light.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            add(light: base)
        }
    }

    /// Adds the next row of lightness, 0 to 255.
    func add(light source: UnsafePointer<Float>) {
        guard let first = blurs.first, let second = blurs.last else { return sample(source) }
        first.add(source) { once in second.add(once) { sample($0) } }
        row += 1
        guard row == height else { return }
        first.finish { once in second.add(once) { sample($0) } }
        second.finish { sample($0) }
    }

    private func sample(_ line: UnsafePointer<Float>) {
        let copies = rows.count { $0 == sampled }
        for _ in 0..<copies { small += columns.map { line[$0] } }
        sampled += 1
    }

    private static func sampleIndices(in length: Int) -> [Int] {
        let side = PDQHasher.side
        return (0..<side).map { Int((Double($0) + 0.5) * Double(length) / Double(side)) }
    }
}

extension Picture {
    /// Computes the PDQ hashes of the picture; transparent pixels count as white.
    ///
    /// - Returns: The same on every machine.
    public func fingerprintReading() -> FingerprintReading {
        let rows = PDQRowHasher(width: width, height: height)
        pixels.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for row in 0..<height { rows.add(base + row * width * 4) }
        }
        return rows.reading
    }
}
