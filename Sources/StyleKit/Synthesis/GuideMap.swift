/// What guides a patch to its place: the colour around it and how much happens there.
///
/// After a sketch lines count as happening too: a flat area asks for marks without them, and an
/// edge of the sketch for the line that the artist would draw there.
enum GuideMap {
    /// Marks clear parts, so that they are not taken for calm grey ones.
    static let clear: UInt8 = 255
    /// What stands for clear parts after a sketch: a colour that nothing has.
    static let clearArea = SIMD4<UInt8>(128, 255, 255, clear)
    /// The most detail and lines together.
    private static let mostLined = 200

    /// Three lanes of flattened colour, and in the fourth the local detail of lightness.
    ///
    /// - Parameter areaRadius: The radius, in pixels, over which strokes are made flat areas with
    ///   sharp edges, as in a sketch; nil blurs.
    static func guide(_ features: Canvas, areaRadius: Int?) -> Canvas {
        let soft = boxBlurred(boxBlurred(features, radius: 1), radius: 2)
        let flat = areaRadius.map { abstracted(features, radius: $0) } ?? soft
        let detail = Canvas(width: features.width, height: features.height)
        // Without a sketch what lies at a cut-out's edge is guided to such edges.
        let clearDetail = areaRadius == nil ? clear : 0
        for index in 0..<(features.width * features.height) {
            let difference = Int(features.pixels[index].x) - Int(soft.pixels[index].x)
            let isClear = features.pixels[index].w < 128
            detail.pixels[index] = SIMD4(
                0, 0, 0, isClear ? clearDetail : UInt8(min(255, abs(difference) * 4)))
        }
        let around = boxBlurred(boxBlurred(detail, radius: 2), radius: 2)
        for index in 0..<(features.width * features.height) {
            flat.pixels[index].w = around.pixels[index].w
        }
        return flat
    }

    /// Adds the lines of `features` to what a guide says of the detail, and marks clear parts.
    static func addLines(of features: Canvas, areaRadius: Int, to guide: Canvas) {
        let lines = LineMap(of: features, radius: areaRadius + 1)
        for index in 0..<(guide.width * guide.height) {
            guard features.pixels[index].w >= 128 else {
                guide.pixels[index] = clearArea
                continue
            }
            let detail = Int(guide.pixels[index].w) + Int(lines.values[index])
            guide.pixels[index].w = UInt8(min(mostLined, detail))
        }
    }

    /// The flat areas that an artist would rough in: strokes are gone, and edges stay sharp.
    ///
    /// Each pixel takes the mean of the calmest of five squares around it (Kuwahara's filter).
    static func abstracted(_ features: Canvas, radius: Int) -> Canvas {
        let mean = boxBlurred(features, radius: radius)
        let gaps = Canvas(width: features.width, height: features.height)
        for index in 0..<(features.width * features.height) {
            let gap =
                SIMD4<Int16>(truncatingIfNeeded: features.pixels[index])
                &- SIMD4<Int16>(truncatingIfNeeded: mean.pixels[index])
            let sum = abs(Int(gap.x)) + abs(Int(gap.y)) + abs(Int(gap.z)) + abs(Int(gap.w))
            gaps.pixels[index].x = UInt8(min(255, sum))
        }
        let unrest = boxBlurred(gaps, radius: radius)
        let result = Canvas(width: features.width, height: features.height)
        for y in 0..<features.height {
            for x in 0..<features.width {
                var best = y * features.width + x
                for (dx, dy) in [
                    (-radius, -radius), (radius, -radius), (-radius, radius), (radius, radius),
                ] {
                    let row = min(max(y + dy, 0), features.height - 1)
                    let column = min(max(x + dx, 0), features.width - 1)
                    let at = row * features.width + column
                    if unrest.pixels[at].x < unrest.pixels[best].x { best = at }
                }
                result.pixels[y * features.width + x] = mean.pixels[best]
            }
        }
        return result
    }

    /// The mean over squares of `2 * radius + 1`, the border repeated outward.
    static func boxBlurred(_ canvas: Canvas, radius: Int) -> Canvas {
        let middle = Canvas(width: canvas.width, height: canvas.height)
        let result = Canvas(width: canvas.width, height: canvas.height)
        for y in 0..<canvas.height {
            blurLine(
                canvas.pixels + y * canvas.width, middle.pixels + y * canvas.width, step: 1,
                count: canvas.width, radius: radius)
        }
        for x in 0..<canvas.width {
            blurLine(
                middle.pixels + x, result.pixels + x, step: canvas.width, count: canvas.height,
                radius: radius)
        }
        return result
    }

    private static func blurLine(
        _ source: UnsafeMutablePointer<SIMD4<UInt8>>, _ target: UnsafeMutablePointer<SIMD4<UInt8>>,
        step: Int, count: Int, radius: Int
    ) {
        func value(_ index: Int) -> SIMD4<UInt32> {
            SIMD4(truncatingIfNeeded: source[min(max(index, 0), count - 1) * step])
        }
        let length = UInt32(2 * radius + 1)
        var sum = SIMD4<UInt32>(repeating: length / 2)
        for index in -radius...radius { sum &+= value(index) }
        // Division by a small constant: 2 to the power of 20 times a byte fits 32 bits.
        let factor = SIMD4<UInt32>(repeating: 1_048_576 / length + 1)
        for index in 0..<count {
            target[index * step] = SIMD4(
                truncatingIfNeeded: (sum &* factor) &>> SIMD4(repeating: 20))
            sum = sum &+ value(index + radius + 1) &- value(index - radius)
        }
    }
}
