/// Counts colours in boxes of feature space.
struct ColorHistogram {
    private static let boxesPerLane = 32

    private var counts = [Int](repeating: 0, count: 32 * 32 * 32)
    private var sums = [SIMD4<Int>](repeating: SIMD4(), count: 32 * 32 * 32)

    /// Counts every pixel that is at least half opaque.
    mutating func add(_ features: Canvas) {
        for index in 0..<(features.width * features.height) {
            let pixel = features.pixels[index]
            guard pixel.w >= 128 else { continue }
            let box = Self.box(of: pixel)
            counts[box] += 1
            sums[box] &+= SIMD4<Int>(truncatingIfNeeded: pixel)
        }
    }

    static func box(of feature: SIMD4<UInt8>) -> Int {
        Int(feature.x >> 3) << 10 | Int(feature.y >> 3) << 5 | Int(feature.z >> 3)
    }

    /// The mean feature and the count of every box that holds at least one pixel in `parts`.
    func entries(atLeastOneIn parts: Int) -> [(color: SIMD3<Float>, count: Int)] {
        let total = counts.reduce(0, +)
        return counts.indices.compactMap { box in
            guard counts[box] > 0, counts[box] >= total / parts else { return nil }
            let mean = SIMD4<Float>(sums[box]) / Float(counts[box])
            return (SIMD3(mean.x, mean.y, mean.z), counts[box])
        }
    }

    static func nearest(
        _ color: SIMD3<Float>, in centers: [SIMD3<Float>]
    ) -> (index: Int, distance: Float) {
        var best = (index: 0, distance: Float.infinity)
        for (index, center) in centers.enumerated() {
            let difference = color - center
            let distance = (difference * difference).sum()
            if distance < best.distance { best = (index, distance) }
        }
        return best
    }
}

/// How often which colours occur: boxes of eight levels a lane of feature space, by their number.
struct ColorCounts: Sendable, Equatable {
    struct Box: Sendable, Equatable {
        /// 0 to 32,767: five bits of lightness, then of each chroma lane.
        let number: Int
        var count: Int
        /// The sum of the sRGB bytes of its pixels.
        var sum: SIMD3<Int>

        /// The mean colour, sRGB bytes.
        var color: SIMD3<UInt8> {
            let mean = (sum &+ count / 2) / count
            return SIMD3<UInt8>(truncatingIfNeeded: mean)
        }
    }

    /// By number, each once.
    private(set) var boxes: [Box] = []

    init() {}

    init(boxes: [Box]) { self.boxes = boxes }

    /// Counts at most this many pixels, on a grid; those less than half opaque are left out.
    ///
    /// Pixels are taken as they are: a mean of neighbours would be a colour that nobody painted.
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
                let box = ColorHistogram.box(of: Feature(premultiplied: opaque).lanes)
                counts[box] += 1
                sums[box] &+= SIMD3(Int(color.x), Int(color.y), Int(color.z))
            }
        }
        boxes = counts.indices.compactMap { number in
            counts[number] == 0
                ? nil : Box(number: number, count: counts[number], sum: sums[number])
        }
    }

    var total: Int { boxes.reduce(0) { $0 + $1.count } }

    mutating func add(_ other: ColorCounts) {
        var merged: [Box] = []
        merged.reserveCapacity(boxes.count + other.boxes.count)
        var next = other.boxes[...]
        for box in boxes {
            while let first = next.first, first.number < box.number {
                merged.append(next.removeFirst())
            }
            if let first = next.first, first.number == box.number {
                merged.append(
                    Box(
                        number: box.number, count: box.count + first.count,
                        sum: box.sum &+ first.sum))
                next.removeFirst()
            } else {
                merged.append(box)
            }
        }
        boxes = merged + next
    }
}
