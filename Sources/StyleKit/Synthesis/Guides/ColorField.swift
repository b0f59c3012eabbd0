/// By how much each area of a picture changes its colour: the light of a work, and other colours by
/// area, as the seed chooses.
///
/// Whole areas move together, so that nothing within them changes and their edges stay where they
/// are.
struct ColorField {
    /// The short side at which the changes are computed, in pixels.
    static let shortSide = 72
    /// The radius, in such pixels, over which changes are averaged within an area.
    private static let radius = 4
    /// The squared feature units at which a pixel counts as another area.
    private static let areaDistance: Float = 250
    /// The radius, in such pixels, of what is around a pixel, and the part of its contrast with it
    /// that it keeps at least.
    private static let surroundings = 8
    private static let keptContrast: Float = 0.8
    /// The part of the picture's own light and dark that it keeps at least.
    private static let keptRange: Float = 0.7
    /// The number of colours into which a picture is divided, and of a work to choose from.
    private static let areas = 7
    private static let workColors = 8
    /// A colour is chosen from so many of the nearest.
    private static let choices = 5

    /// The colours of the areas, small.
    private let colors: Canvas
    /// `[height, width]`: in feature units.
    private let moves: PaddedBuffer<SIMD4<Float>>

    /// How a picture is to change.
    struct Change {
        /// The part of the way to the light of a work, 0 to 1.
        var light: Float
        /// The part of the way to another colour by area, 0 to 1.
        var hue: Float
        var usesHeight: Bool
    }

    /// - Parameters:
    ///   - features: The picture, with a short side of ``shortSide``.
    ///   - works: The features of the works whose light and colours serve, small; none changes
    ///     nothing.
    init(
        of features: Canvas, works: [Canvas], change: Change, random: CounterRandom,
        executor: RowParallelExecutor
    ) {
        let (width, height) = (features.width, features.height)
        let colors = GuideMap.guide(features, areaRadius: 1, executor: executor)
            .withAlpha(of: features)
        let moves = PaddedBuffer(count: width * height, filledWith: SIMD4<Float>())
        self.colors = colors
        let usable = works.filter { work in
            (0..<(work.width * work.height)).contains { work.pixels[$0].w >= 128 }
        }
        let isClear = (0..<(width * height)).allSatisfy { features.pixels[$0].w < 128 }
        guard !usable.isEmpty, !isClear else {
            self.moves = moves
            return
        }
        if change.light > 0 {
            let light = LightTransport(
                of: features, to: usable[random.below(usable.count, .lightWork)],
                usesHeight: change.usesHeight, random: random)
            executor.run(rows: height) { rows in
                for index in (rows.lowerBound * width)..<(rows.upperBound * width)
                where colors.pixels[index].w >= 128 {
                    let row = (Float(index / width) + 0.5) / Float(height)
                    let move = light.move(
                        of: Self.color(colors.pixels[index]), height: change.usesHeight ? row : 0)
                    moves.pointer[index] = SIMD4(move * change.light, 0)
                }
            }
        }
        let lit = Self.averaged(moves, within: colors, executor: executor)
        if change.hue > 0 {
            Self.addHues(of: usable, to: lit, on: colors, change: change, random: random)
        }
        self.moves = Self.averaged(lit, within: colors, executor: executor)
        keepContrast(executor)
        keepRange()
    }

    /// Gives each colour of the picture part of another one, near in light and height, of any work.
    private static func addHues(
        of works: [Canvas], to moves: PaddedBuffer<SIMD4<Float>>, on colors: Canvas,
        change: Change, random: CounterRandom
    ) {
        let lit = Canvas(width: colors.width, height: colors.height)
        for index in 0..<(colors.width * colors.height) {
            var pixel = floats(colors.pixels[index]) + moves.pointer[index]
            pixel.w = Float(colors.pixels[index].w)
            lit.pixels[index] = pixel.bytes()
        }
        let own = ColorClusters(lit, count: areas)
        let offered = works.flatMap { work in
            ColorClusters(work, count: workColors).clusters.filter { $0.share > 0.02 }
        }
        let changes = own.clusters.enumerated().map { number, cluster in
            let distances = offered.map { distance(cluster, $0, change.usesHeight) }
            let order = offered.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
            guard !order.isEmpty else { return SIMD4<Float>() }
            let choice = random.below(min(choices, order.count), .areaHue, number)
            return SIMD4((offered[order[choice]].color - cluster.color) * change.hue, 0)
        }
        guard !changes.isEmpty else { return }
        for index in own.labels.indices { moves.pointer[index] += changes[own.labels[index]] }
    }

    /// Gives back what an area has lost of its contrast with what is around it: a hull must not
    /// drown in its sea.
    private func keepContrast(_ executor: RowParallelExecutor) {
        let (width, height) = (colors.width, colors.height)
        let before = PaddedBuffer(count: width * height, filledWith: SIMD4<Float>())
        let after = PaddedBuffer(count: width * height, filledWith: SIMD4<Float>())
        let middle = PaddedBuffer(count: width * height, filledWith: SIMD4<Float>())
        for index in 0..<(width * height) {
            before.pointer[index] = Self.floats(colors.pixels[index])
            after.pointer[index] = before.pointer[index] + moves.pointer[index]
        }
        let blur = BoxBlur(
            width: width, height: height, radius: Self.surroundings, executor: executor)
        for buffer in [before, after] {
            blur.blur(buffer.pointer, through: middle.pointer, into: buffer.pointer)
        }
        for index in 0..<(width * height) where colors.pixels[index].w >= 128 {
            let own = Self.floats(colors.pixels[index])
            var old = own - before.pointer[index]
            var new = own + moves.pointer[index] - after.pointer[index]
            old.w = 0
            new.w = 0
            let wanted = (old * old).sum().squareRoot()
            let lost = wanted * Self.keptContrast - (new * new).sum().squareRoot()
            if lost > 0 { moves.pointer[index] += old * (lost / wanted) }
        }
    }

    /// Gives back what the picture has lost of its light and dark: where a work's light is alike
    /// all over, the light areas of a sketch stay lighter than its dark ones.
    private func keepRange() {
        let opaque = (0..<(colors.width * colors.height)).filter { colors.pixels[$0].w >= 128 }
        let total = opaque.reduce(Float(0)) { $0 + Float(colors.pixels[$1].x) }
        let mean = total / Float(max(1, opaque.count))
        var (before, after) = (Float(1), Float(0))
        for index in opaque {
            let own = Float(colors.pixels[index].x) - mean
            before += own * own
            after += own * (own + moves.pointer[index].x)
        }
        let lost = Self.keptRange - after / before
        guard lost > 0 else { return }
        for index in opaque {
            moves.pointer[index].x += (Float(colors.pixels[index].x) - mean) * lost
        }
    }

    /// How far a colour is from one of the picture: lightness most, then height, then chroma.
    private static func distance(
        _ own: ColorClusters.Cluster, _ other: ColorClusters.Cluster, _ usesHeight: Bool
    ) -> Float {
        let gap = other.color - own.color
        let chroma = (gap.y * gap.y + gap.z * gap.z).squareRoot()
        let height = usesHeight ? abs(other.height - own.height) : 0
        return abs(gap.x) * 0.63 + chroma * 0.4 + height * 45 - other.share * 8
    }

    /// The changes, each the mean of those around that lie in areas of the same colour.
    private static func averaged(
        _ moves: PaddedBuffer<SIMD4<Float>>, within colors: Canvas, executor: RowParallelExecutor
    ) -> PaddedBuffer<SIMD4<Float>> {
        let (width, height) = (colors.width, colors.height)
        let result = PaddedBuffer(count: width * height, filledWith: SIMD4<Float>())
        executor.run(rows: height) { rows in
            for y in rows {
                for x in 0..<width {
                    let own = floats(colors.pixels[y * width + x])
                    var sum = SIMD4<Float>()
                    var total: Float = 0
                    for row in max(0, y - radius)...min(height - 1, y + radius) {
                        for column in max(0, x - radius)...min(width - 1, x + radius) {
                            let at = row * width + column
                            let weight = similarity(own, floats(colors.pixels[at]))
                            sum += moves.pointer[at] * weight
                            total += weight
                        }
                    }
                    result.pointer[y * width + x] = sum / max(total, 1e-6)
                }
            }
        }
        return result
    }

    /// The picture at any size, with its areas changed.
    func changed(_ features: Canvas, executor: RowParallelExecutor) -> Canvas {
        let result = Canvas(width: features.width, height: features.height)
        executor.run(rows: features.height) { rows in
            for y in rows {
                for x in 0..<features.width {
                    let at = y * features.width + x
                    result.pixels[at] = changed(features.pixels[at], x, y, of: features)
                }
            }
        }
        return result
    }

    @inline(__always)
    private func changed(
        _ pixel: SIMD4<UInt8>, _ x: Int, _ y: Int, of features: Canvas
    ) -> SIMD4<UInt8> {
        let own = Self.floats(pixel)
        let column = (2 * x + 1) * colors.width / (2 * features.width)
        let row = (2 * y + 1) * colors.height / (2 * features.height)
        var sum = SIMD4<Float>()
        var total: Float = 0
        for near in max(0, row - 1)...min(colors.height - 1, row + 1) {
            for beside in max(0, column - 1)...min(colors.width - 1, column + 1) {
                let at = near * colors.width + beside
                let weight = Self.similarity(own, Self.floats(colors.pixels[at]))
                sum += moves.pointer[at] * weight
                total += weight
            }
        }
        // Partly clear pixels are mixed with grey, and change as much less.
        let part = own.w / 255
        return (own + sum / max(total, 1e-6) * part).bytes()
    }

    /// How surely two colours belong to one area, 0 to 1.
    @inline(__always)
    private static func similarity(_ left: SIMD4<Float>, _ right: SIMD4<Float>) -> Float {
        let gap = left - right
        let fall = areaDistance / (areaDistance + (gap * gap).sum())
        return fall * fall
    }

    @inline(__always)
    private static func color(_ pixel: SIMD4<UInt8>) -> SIMD3<Float> {
        SIMD3(Float(pixel.x), Float(pixel.y), Float(pixel.z))
    }

    @inline(__always)
    private static func floats(_ pixel: SIMD4<UInt8>) -> SIMD4<Float> {
        SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: pixel))
    }
}
