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

    /// `[height, width]`, 0 to 200 for each pixel.
    let values: Block<UInt8>

    /// - Parameter radius: Over how many pixels each way the changes are gathered, twice.
    init(of features: Canvas, radius: Int, bands: Bands) {
        let (width, height) = (features.width, features.height)
        let changes = Block(count: width * height, filledWith: SIMD4<Float>())
        let middle = Block(count: width * height, filledWith: SIMD4<Float>())
        bands.run(rows: height) { Self.measure(features, rows: $0, into: changes) }
        let blur = BoxBlur(width: width, height: height, radius: radius, bands: bands)
        for _ in 0..<2 {
            blur.blur(changes.pointer, through: middle.pointer, into: changes.pointer)
        }
        let values = Block<UInt8>(count: width * height, filledWith: 0)
        bands.run(rows: height, width: width) { places in
            for index in places {
                values.pointer[index] = Self.value(changes.pointer[index])
            }
        }
        self.values = values
    }

    /// The squares of the changes across and down, and their product, summed over the colours.
    private static func measure(
        _ features: Canvas, rows: Range<Int>, into changes: Block<SIMD4<Float>>
    ) {
        let (width, height) = (features.width, features.height)
        for y in rows {
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
