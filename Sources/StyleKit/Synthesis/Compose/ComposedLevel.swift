/// A composition at one level: where every patch lies in the works, and where the synthesizer still
/// has to search.
///
/// What lies away from the cuts is drawn already: a work's own drawing stays as it is. Near a cut
/// patches begin at their known places, and are searched anew.
struct ComposedLevel {
    /// The distance from a cut, in pixels and in parts of the short side, up to which patches are
    /// searched.
    private static let nearest = 5
    private static let part: Float = 0.02

    let across: Int
    /// `[down, across]`: the upper left pixel of each patch.
    let positions: PaddedBuffer<SourcePosition>
    /// `[down, across]`: whether a patch stays where it is.
    let isFixed: PaddedBuffer<Bool>
    /// `[height, width]`: whether no patch over a pixel is searched.
    let isSettled: PaddedBuffer<Bool>
    /// `[down, across]`: by how much a patch is lighter and of another colour than in its work.
    let tones: PaddedBuffer<SIMD4<Int8>>
    /// The features of the picture as it is composed.
    let image: Canvas
}

extension ComposedLevel {
    /// - Parameters:
    ///   - layers: The layers as they lie at this level.
    ///   - tone: By how much a layer changes at a pixel, in feature units.
    init(
        _ layers: [PlacedLayer], cut: CompositionCut, source: SourceLevel,
        tone: (_ layer: Int, _ x: Int, _ y: Int) -> SIMD4<Float>, executor: RowParallelExecutor
    ) {
        let (width, height) = (cut.size.width, cut.size.height)
        let half = PatchKernel.side / 2
        let across = width - PatchKernel.side + 1
        let down = height - PatchKernel.side + 1
        let none = SourcePosition(work: 0, isMirrored: false, x: 0, y: 0)
        let positions = PaddedBuffer(count: across * down, filledWith: none)
        let isFixed = PaddedBuffer(count: across * down, filledWith: false)
        let isSettled = PaddedBuffer(count: width * height, filledWith: false)
        let tones = PaddedBuffer(count: across * down, filledWith: SIMD4<Int8>())
        let image = Canvas(width: width, height: height)
        let radius = max(Self.nearest, Int(Self.part * Float(min(width, height))))
        let isNear = Self.nearCuts(cut, radius: radius)
        executor.run(rows: height) { rows in
            for y in rows {
                for x in 0..<width {
                    let layer = Int(cut.labels[y * width + x])
                    let pixel = source.features.pointer[layers[layer].index(x, y)]
                    let change = tone(layer, x, y)
                    image.pixels[y * width + x] =
                        (SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: pixel)) + change).bytes()
                }
            }
        }
        executor.run(rows: down) { rows in
            for y in rows {
                for x in 0..<across {
                    let middle = (y + half) * width + x + half
                    let layer = Int(cut.labels[middle])
                    let position = layers[layer].patch(x, y)
                    let at = y * across + x
                    positions.pointer[at] = position
                    isFixed.pointer[at] =
                        !isNear[middle]
                        && source.isUsable(
                            layers[layer].area, x: Int(position.x), y: Int(position.y))
                    let change = tone(layer, x + half, y + half)
                    for lane in 0..<3 {
                        tones.pointer[at][lane] = Int8(min(127, max(-127, change[lane].rounded())))
                    }
                }
            }
        }
        executor.run(rows: height) { rows in
            for y in rows {
                for x in 0..<width {
                    isSettled.pointer[y * width + x] = Self.isSettled(x, y, across, down, isFixed)
                }
            }
        }
        self.across = across
        self.positions = positions
        self.isFixed = isFixed
        self.isSettled = isSettled
        self.tones = tones
        self.image = image
    }

    private static func isSettled(
        _ x: Int, _ y: Int, _ across: Int, _ down: Int, _ isFixed: PaddedBuffer<Bool>
    ) -> Bool {
        let last = PatchKernel.side - 1
        for row in max(0, y - last)...min(down - 1, y) {
            for column in max(0, x - last)...min(across - 1, x)
            where !isFixed.pointer[row * across + column] { return false }
        }
        return true
    }

    /// The pixels at most so far from one of another layer, across or down.
    private static func nearCuts(_ cut: CompositionCut, radius: Int) -> [Bool] {
        let (width, height) = (cut.size.width, cut.size.height)
        var isNear = [Bool](repeating: false, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                let own = cut.labels[y * width + x]
                let isEdge =
                    x + 1 < width && cut.labels[y * width + x + 1] != own
                    || y + 1 < height && cut.labels[(y + 1) * width + x] != own
                guard isEdge else { continue }
                for row in max(0, y - radius)...min(height - 1, y + radius + 1) {
                    for column in max(0, x - radius)...min(width - 1, x + radius + 1) {
                        isNear[row * width + column] = true
                    }
                }
            }
        }
        return isNear
    }
}

/// A layer of a composition as it lies at one level.
struct PlacedLayer {
    /// The index of the work in the level's areas.
    let work: Int
    let area: SourceLevel.Area
    /// The pixel of the work that the picture's first pixel has.
    let x: Int
    let y: Int

    /// The index in the works of a pixel of the picture; beyond an edge of the work it is the edge.
    @inline(__always)
    func index(_ column: Int, _ row: Int) -> Int {
        let sourceX = min(max(column &+ x, 0), area.width &- 1)
        let sourceY = min(max(row &+ y, 0), area.height &- 1)
        return area.base &+ sourceY &* area.width &+ sourceX
    }

    /// The place of the patch whose upper left pixel is here.
    @inline(__always)
    func patch(_ column: Int, _ row: Int) -> SourcePosition {
        SourcePosition(
            work: work, isMirrored: false,
            x: min(max(column &+ x, 0), area.width &- PatchKernel.side),
            y: min(max(row &+ y, 0), area.height &- PatchKernel.side))
    }
}
