/// A dense colour histogram in feature space: 32 × 32 × 32 bins of eight levels a lane.
struct ColorHistogram {
    private static let binsPerLane = 32

    private var counts = [Int](repeating: 0, count: 32 * 32 * 32)
    private var sums = [SIMD4<Int>](repeating: SIMD4(), count: 32 * 32 * 32)

    /// Counts every pixel whose alpha is at least 128.
    mutating func add(_ features: Canvas) {
        for index in 0..<(features.width * features.height) {
            let pixel = features.pixels[index]
            guard pixel.w >= 128 else { continue }
            let bin = Self.bin(of: pixel)
            counts[bin] += 1
            sums[bin] &+= SIMD4<Int>(truncatingIfNeeded: pixel)
        }
    }

    static func bin(of feature: SIMD4<UInt8>) -> Int {
        Int(feature.x >> 3) << 10 | Int(feature.y >> 3) << 5 | Int(feature.z >> 3)
    }

    /// The mean feature and the count of every bin that holds at least one pixel in `parts`.
    func entries(atLeastOneIn parts: Int) -> [(color: SIMD3<Float>, count: Int)] {
        let total = counts.reduce(0, +)
        return counts.indices.compactMap { bin in
            guard counts[bin] > 0, counts[bin] >= total / parts else { return nil }
            let mean = SIMD4<Float>(sums[bin]) / Float(counts[bin])
            return (SIMD3(mean.x, mean.y, mean.z), counts[bin])
        }
    }
}

/// The bins of a colour histogram that are not empty, with the sRGB sums of their pixels: what a
/// model keeps of a work's colours.
///
/// The bins are those of ``ColorHistogram``.
struct SparseColorHistogram: Sendable, Equatable {
    struct Bin: Sendable, Equatable {
        /// 0 to 32,767: five bits each of lightness, green-red, blue-yellow.
        let number: Int
        var count: Int
        /// The sum of the sRGB bytes of its pixels.
        var sum: SIMD3<Int>

        /// The mean colour, sRGB.
        var color: SIMD3<UInt8> {
            let mean = (sum &+ count / 2) / count
            return SIMD3<UInt8>(truncatingIfNeeded: mean)
        }
    }

    /// Ordered by number, each at most once.
    private(set) var bins: [Bin] = []

    init() {}

    init(bins: [Bin]) { self.bins = bins }

    /// Counts at most this many pixels, on a regular grid; those with an alpha below 128 are left
    /// out.
    ///
    /// Pixels are sampled, not averaged: a mean of neighbours would be a colour that nobody
    /// painted.
    init(_ work: Canvas, atMost limit: Int) {
        var step = 1
        while (work.width / step) * (work.height / step) > limit { step += 1 }
        var counts = [Int](repeating: 0, count: 1 << 15)
        var sums = [SIMD3<Int>](repeating: SIMD3(), count: 1 << 15)
        for y in stride(from: step / 2, to: work.height, by: step) {
            for x in stride(from: step / 2, to: work.width, by: step) {
                let pixel = work.pixels[y * work.width + x]
                guard pixel.w >= 128 else { continue }
                let color = Feature.unpremultiplied(pixel)
                let opaque = SIMD4(color.x, color.y, color.z, 255)
                let bin = ColorHistogram.bin(of: Feature(premultiplied: opaque).lanes)
                counts[bin] += 1
                sums[bin] &+= SIMD3(Int(color.x), Int(color.y), Int(color.z))
            }
        }
        bins = counts.indices.compactMap { number in
            counts[number] == 0
                ? nil : Bin(number: number, count: counts[number], sum: sums[number])
        }
    }

    var total: Int { bins.reduce(0) { $0 + $1.count } }

    mutating func add(_ other: SparseColorHistogram) {
        var merged: [Bin] = []
        merged.reserveCapacity(bins.count + other.bins.count)
        var next = other.bins[...]
        for bin in bins {
            while let first = next.first, first.number < bin.number {
                merged.append(next.removeFirst())
            }
            if let first = next.first, first.number == bin.number {
                merged.append(
                    Bin(
                        number: bin.number, count: bin.count + first.count,
                        sum: bin.sum &+ first.sum))
                next.removeFirst()
            } else {
                merged.append(bin)
            }
        }
        bins = merged + next
    }
}
