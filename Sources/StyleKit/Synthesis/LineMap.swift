/// How much the changes around a pixel run one way: as along a line or an edge, not in a texture.
///
/// The larger root of the local structure tensor less the smaller one (Bigün and Granlund 1987).
/// Grass, leaves and clouds have little of it however rich they are; a spear, a fold or a joint
/// between tiles has much.
struct LineMap {
    /// Bytes of a guide for one unit of change a pixel.
    private static let strength: Float = 10
    /// The most that counts.
    private static let highest: Float = 200

    /// 0 to 200 for each pixel.
    let values: [UInt8]

    /// - Parameter radius: Over how many pixels each way the changes are gathered, twice.
    init(of features: Canvas, radius: Int) {
        let (width, height) = (features.width, features.height)
        let changes = Block(count: width * height, filledWith: SIMD4<Float>())
        let middle = Block(count: width * height, filledWith: SIMD4<Float>())
        Self.measure(features, into: changes)
        for _ in 0..<2 {
            for y in 0..<height {
                let start = y * width
                Self.blurLine(
                    changes.pointer + start, middle.pointer + start, step: 1, count: width,
                    radius: radius)
            }
            for x in 0..<width {
                Self.blurLine(
                    middle.pointer + x, changes.pointer + x, step: width, count: height,
                    radius: radius)
            }
        }
        values = (0..<(width * height)).map { Self.value(changes.pointer[$0]) }
    }

    /// The squares of the changes across and down, and their product, summed over the colours.
    private static func measure(_ features: Canvas, into changes: Block<SIMD4<Float>>) {
        let (width, height) = (features.width, features.height)
        for y in 0..<height {
            let above = max(y - 1, 0) * width
            let below = min(y + 1, height - 1) * width
            for x in 0..<width {
                let across = change(
                    features.pixels[y * width + max(x - 1, 0)],
                    features.pixels[y * width + min(x + 1, width - 1)])
                let down = change(features.pixels[above + x], features.pixels[below + x])
                changes.pointer[y * width + x] = SIMD4(
                    Float((across &* across).wrappedSum()), Float((down &* down).wrappedSum()),
                    Float((across &* down).wrappedSum()), 0)
            }
        }
    }

    /// How the colour changes; where nothing is painted is no matter.
    @inline(__always)
    private static func change(_ from: SIMD4<UInt8>, _ to: SIMD4<UInt8>) -> SIMD4<Int32> {
        var change = SIMD4<Int32>(truncatingIfNeeded: to) &- SIMD4<Int32>(truncatingIfNeeded: from)
        change.w = 0
        return change
    }

    /// The mean over `2 * radius + 1` values in a row, the ends repeated outward.
    private static func blurLine(
        _ source: UnsafeMutablePointer<SIMD4<Float>>, _ target: UnsafeMutablePointer<SIMD4<Float>>,
        step: Int, count: Int, radius: Int
    ) {
        func value(_ index: Int) -> SIMD4<Float> {
            source[min(max(index, 0), count - 1) * step]
        }
        let part = 1 / Float(2 * radius + 1)
        var sum = SIMD4<Float>()
        for index in -radius...radius { sum += value(index) }
        for index in 0..<count {
            target[index * step] = sum * part
            sum += value(index + radius + 1) - value(index - radius)
        }
    }

    @inline(__always)
    private static func value(_ changes: SIMD4<Float>) -> UInt8 {
        let sum = changes.x + changes.y
        let gap = changes.x - changes.y
        let spread = (gap * gap + 4 * changes.z * changes.z).squareRoot()
        let along = max(0, (sum - spread) / 2).squareRoot()
        let across = max(0, (sum + spread) / 2).squareRoot()
        // Both changes are over two pixels.
        return UInt8(min(highest, max(0, across - along) / 2 * strength))
    }
}
