/// One donor laid into the frame: a head, a body, a mirrored or a bent body.
///
/// Copies share their memory until one is recoloured.
struct FigureLayer {
    let work: FigureWork
    let isMirrored: Bool
    let field: FigureField
    /// Straight OKLab × 100 and alpha, 0 to 1.
    var colors: PaddedBuffer<SIMD4<Float>>
    var features: PaddedBuffer<SIMD4<UInt8>>
    /// The head, with hair or hat.
    let head: FigureMask
    let protection: FigureMask
    /// Held things, then forearms.
    var parts: [FigureMask]
    var heldCount: Int
    /// By forearm.
    let hands: [FigureMask]
    /// Whether the work reaches so far, or ends by itself before.
    let isInside: FigureMask
    /// Where in the work each pixel is from, as parts of its width and height.
    let places: PaddedBuffer<SIMD2<Float>>
    /// In units of the frame.
    let points: FigurePoints
    let headSize: Double
    /// The colour of the skin, which recolouring changes.
    var skin: SIMD3<Float>
    /// What is left out though it is there: a held thing.
    var dropped: FigureMask?

    /// - Parameter map: From the frame to the work, or to the mirrored work.
    init(
        _ work: FigureWork, raster: FigureRaster, isMirrored: Bool, field: FigureField,
        map: some FigureMap, points: FigurePoints, headSize: Double,
        executor: RowParallelExecutor
    ) {
        self.work = work
        self.isMirrored = isMirrored
        self.field = field
        self.points = points
        self.headSize = headSize
        skin = work.skin
        heldCount = work.heldCount
        let sampler = FigureSampler(raster, isMirrored: isMirrored, field: field)
        colors = PaddedBuffer(count: field.count, filledWith: SIMD4())
        features = PaddedBuffer(count: field.count, filledWith: FigureColor.transparent)
        places = PaddedBuffer(count: field.count, filledWith: SIMD2())
        let masks = sampler.sample(
            map, colors: colors, features: features, places: places, executor: executor)
        head = masks.head
        protection = masks.protection
        parts = masks.parts
        hands = masks.hands
        isInside = masks.isInside
    }

    @inline(__always)
    func isOpaque(_ index: Int) -> Bool { colors.pointer[index].w > 0.5 }

    /// The head's pixels that a body loses, with a little around them.
    var removedHead: FigureMask {
        var mask = head.dilated(by: max(1, 2 / field.step))
        for index in mask.values.indices where colors.pointer[index].w <= 0.02 {
            mask[index] = false
        }
        return mask
    }

    /// Where a second body may be taken from: within its work, without its head and what is
    /// dropped.
    var usableArea: FigureMask {
        let area = isInside.subtracting(removedHead)
        return dropped.map { area.subtracting($0) } ?? area
    }

    /// Changes the colours of every pixel.
    mutating func recolor(
        executor: RowParallelExecutor, _ change: (Int, SIMD4<Float>) -> SIMD4<Float>
    ) {
        let newColors = PaddedBuffer<SIMD4<Float>>(count: field.count, filledWith: SIMD4())
        let newFeatures = PaddedBuffer(
            count: field.count, filledWith: FigureColor.transparent)
        let old = colors
        executor.run(rows: field.height, width: field.width) { indices in
            for index in indices where old.pointer[index].w > 0 {
                let color = change(index, old.pointer[index])
                newColors.pointer[index] = color
                newFeatures.pointer[index] = FigureColor.feature(color)
            }
        }
        colors = newColors
        features = newFeatures
    }
}

/// Reads a work through a map into a raster of the frame.
private struct FigureSampler {
    struct Masks {
        let head: FigureMask
        let protection: FigureMask
        let parts: [FigureMask]
        let hands: [FigureMask]
        let isInside: FigureMask
    }

    let raster: FigureRaster
    let isMirrored: Bool
    let field: FigureField

    init(_ raster: FigureRaster, isMirrored: Bool, field: FigureField) {
        self.raster = raster
        self.isMirrored = isMirrored
        self.field = field
    }

    func sample(
        _ map: some FigureMap, colors: PaddedBuffer<SIMD4<Float>>,
        features: PaddedBuffer<SIMD4<UInt8>>, places: PaddedBuffer<SIMD2<Float>>,
        executor: RowParallelExecutor
    ) -> Masks {
        let empty = FigureMask(width: field.width, height: field.height)
        let sources = [raster.head, raster.protection] + raster.parts + raster.hands
        var results = [FigureMask](repeating: empty, count: sources.count)
        executor.run(rows: field.height) { rows in
            for y in rows {
                for x in 0..<field.width {
                    let place = place(map.source(field.unit(x: x, y: y)))
                    let index = y * field.width + x
                    places.pointer[index] = SIMD2<Float>(place)
                    let color = cubic(place)
                    colors.pointer[index] = color
                    features.pointer[index] = FigureColor.feature(color)
                }
            }
        }
        var inside = empty
        let size = 1 / SIMD2(Float(raster.width), Float(raster.height))
        for index in 0..<field.count {
            let place = places.pointer[index]
            for (lane, source) in sources.enumerated() {
                results[lane].values[index] = bilinear(place, source)
            }
            inside[index] = isInside(place)
            places.pointer[index] = (place + 0.5) * size
        }
        return Masks(
            head: results[0], protection: results[1],
            parts: Array(results.dropFirst(2).dropLast(raster.hands.count)),
            hands: results.suffix(raster.hands.count), isInside: inside)
    }

    /// The place in the raster of a place in the (mirrored) work.
    @inline(__always)
    private func place(_ source: SIMD2<Double>) -> SIMD2<Double> {
        var place = raster.place(source)
        if isMirrored { place.x = Double(raster.width - 1) - place.x }
        return place
    }

    /// By the Catmull-Rom spline; nothing lies beyond the edges.
    @inline(__always)
    private func cubic(_ place: SIMD2<Double>) -> SIMD4<Float> {
        guard place.x > -2, place.y > -2, place.x < Double(raster.width + 1),
            place.y < Double(raster.height + 1)
        else { return SIMD4() }
        let column = Int(place.x + 4) - 4
        let row = Int(place.y + 4) - 4
        let across = Self.weights(Float(place.x - Double(column)))
        let down = Self.weights(Float(place.y - Double(row)))
        var sum = SIMD4<Float>()
        for tapY in 0..<4 {
            let y = row + tapY - 1
            guard y >= 0, y < raster.height else { continue }
            var line = SIMD4<Float>()
            for tapX in 0..<4 {
                let x = column + tapX - 1
                guard x >= 0, x < raster.width else { continue }
                line += raster.colors.pointer[y &* raster.width &+ x] * across[tapX]
            }
            sum += line * down[tapY]
        }
        let alpha = max(0, min(1, sum.w))
        guard alpha >= 0.01 else { return SIMD4() }
        var color = sum / max(sum.w, 0.001)
        color.w = alpha
        return color
    }

    @inline(__always)
    private static func weights(_ part: Float) -> SIMD4<Float> {
        let square = part * part
        let cube = square * part
        return SIMD4(
            -0.5 * cube + square - 0.5 * part, 1.5 * cube - 2.5 * square + 1,
            -1.5 * cube + 2 * square + 0.5 * part, 0.5 * cube - 0.5 * square)
    }

    @inline(__always)
    private func bilinear(_ place: SIMD2<Float>, _ mask: FigureMask) -> UInt8 {
        guard place.x > -1, place.y > -1, place.x < Float(mask.width),
            place.y < Float(mask.height)
        else { return 0 }
        let column = Int(place.x + 1) - 1
        let row = Int(place.y + 1) - 1
        let right = place.x - Float(column)
        let below = place.y - Float(row)
        func value(_ x: Int, _ y: Int) -> Float {
            x < 0 || y < 0 || x >= mask.width || y >= mask.height
                ? 0 : Float(mask.values[y * mask.width + x])
        }
        let upper = value(column, row) * (1 - right) + value(column + 1, row) * right
        let lower = value(column, row + 1) * (1 - right) + value(column + 1, row + 1) * right
        return UInt8(upper * (1 - below) + lower * below + 0.5)
    }

    /// Whether a place is in the work, or beyond an edge where the work had ended before.
    private func isInside(_ place: SIMD2<Float>) -> Bool {
        let (width, height) = (Float(raster.width), Float(raster.height))
        let isOutside =
            place.x < 1 || place.y < 1 || place.x > width - 2 || place.y > height - 2
        guard isOutside else { return true }
        let column = Int(max(0, min(width - 1, place.x)) + 0.5)
        let row = Int(max(0, min(height - 1, place.y)) + 0.5)
        for y in max(0, row - 2)...min(raster.height - 1, row + 2) {
            for x in max(0, column - 2)...min(raster.width - 1, column + 2)
            where raster.reachesFrame[y * raster.width + x] {
                return false
            }
        }
        return true
    }
}
