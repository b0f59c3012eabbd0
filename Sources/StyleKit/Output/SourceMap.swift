/// A picture that shows which work each region of a generation comes from.
public struct SourceMap: Sendable, Equatable {
    /// The colour of one work on the map.
    public struct LegendEntry: Sendable, Equatable, Codable {
        /// The work's id: 16 bytes.
        public let workID: [UInt8]
        /// sRGB as `#rrggbb`.
        public let hex: String
        /// The part of the generation, 0 to 1.
        public let share: Double
    }

    /// The generation in grey, tinted with the colour of each work, with a light line between
    /// regions of different works. Below it a strip shows the colours of the legend, each as wide
    /// as its share.
    public let picture: Picture
    /// The works on the map, the largest share first.
    public let legend: [LegendEntry]
    /// Which place of the generation comes from which work.
    public let regions: SourceRegions
}

extension SourceMap {
    /// Draws the map of a finished picture.
    init(
        _ canvas: Canvas, fragments: FragmentMap, shares: [Rendering.WorkShare], entries: [Int],
        executor: RowParallelExecutor
    ) {
        // Indexed by the work's index in the model.
        var colors = [SIMD3<Int>](
            repeating: SIMD3(repeating: 128), count: (entries.max() ?? 0) + 1)
        var ranks = [Int?](repeating: nil, count: colors.count)
        var legend: [LegendEntry] = []
        for (rank, (share, entry)) in zip(shares, entries).enumerated() {
            let color = SourceMap.color(rank)
            colors[entry] = color
            ranks[entry] = rank
            legend.append(
                LegendEntry(
                    workID: share.workID, hex: SourceMap.hex(color), share: share.share))
        }
        let (width, height) = (canvas.width, canvas.height)
        let fields = (0..<width).map { x in
            SourceMap.field(at: Double(x) / Double(width), shares, entries, colors)
        }
        let map = Canvas(width: width, height: height + max(8, height / 24))
        executor.run(rows: map.height) { [colors] rows in
            for y in rows {
                for x in 0..<width {
                    let color =
                        y < height ? SourceMap.pixel(x, y, canvas, fragments, colors) : fields[x]
                    map.pixels[y * width + x] = SIMD4(
                        UInt8(color.x), UInt8(color.y), UInt8(color.z), 255)
                }
            }
        }
        picture = map.picture
        self.legend = legend
        regions = SourceRegions(fragments, ranks: ranks)
    }

    private static func pixel(
        _ x: Int, _ y: Int, _ canvas: Canvas, _ fragments: FragmentMap, _ colors: [SIMD3<Int>]
    ) -> SIMD3<Int> {
        func entry(_ x: Int, _ y: Int) -> UInt16 {
            let column = min(x * fragments.across / canvas.width, fragments.across - 1)
            let row = min(y * fragments.down / canvas.height, fragments.down - 1)
            return fragments.entries[row * fragments.across + column]
        }
        let own = entry(x, y)
        if own == FragmentMap.nothing { return SIMD3(repeating: 255) }
        let isBorder =
            own != entry(min(x + 1, canvas.width - 1), y)
            || own != entry(x, min(y + 1, canvas.height - 1))
        if isBorder { return SIMD3(245, 245, 245) }
        let pixel = canvas.pixels[y * canvas.width + x]
        // Rec. 709 luma in 256ths of the premultiplied colour on white.
        let luma =
            (Int(pixel.x) * 54 + Int(pixel.y) * 183 + Int(pixel.z) * 19) / 256
            + 255 - Int(pixel.w)
        let color = colors[Int(own)]
        // A third of the colour where the picture is black, all of it where it is white.
        return color &* (85 + min(255, luma) * 2 / 3) / 255
    }

    private static func field(
        at part: Double, _ shares: [Rendering.WorkShare], _ entries: [Int],
        _ colors: [SIMD3<Int>]
    ) -> SIMD3<Int> {
        var sum = 0.0
        for (share, entry) in zip(shares, entries) {
            sum += share.share
            if part < sum { return colors[entry] }
        }
        return SIMD3(repeating: 128)
    }

    /// Colours that are easy to tell apart: hues near the golden angle, in three lightnesses.
    private static func color(_ rank: Int) -> SIMD3<Int> {
        let hue = Double(rank * 222 % 360)
        let lightness: Float = [0.72, 0.58, 0.84][rank % 3]
        let direction = SourceMap.directions[Int(hue / 30) % 12]
        let color = OKLab(
            lightness: lightness, greenRed: direction.0 * 0.13, blueYellow: direction.1 * 0.13
        ).rgb
        return SIMD3(Int(color.0), Int(color.1), Int(color.2))
    }

    /// Twelve directions around the hue circle, as the system's sine differs between machines.
    private static let directions: [(Float, Float)] = [
        (1, 0), (0.866, 0.5), (0.5, 0.866), (0, 1), (-0.5, 0.866), (-0.866, 0.5), (-1, 0),
        (-0.866, -0.5), (-0.5, -0.866), (0, -1), (0.5, -0.866), (0.866, -0.5),
    ]

    private static func hex(_ color: SIMD3<Int>) -> String {
        let digits = Array("0123456789abcdef")
        return [color.x, color.y, color.z].reduce(into: "#") { text, value in
            text.append(digits[value >> 4])
            text.append(digits[value & 15])
        }
    }
}

/// The fragments of a finished nearest-neighbour field: connected patches that are neighbours in
/// their work too.
struct FragmentMap {
    /// The largest fragment, as a part of the picture.
    let largest: Double
    /// `[down, across]`: for each patch the work's index in the model.
    let entries: [UInt16]
    let across: Int
    let down: Int

    /// The entry of a pixel of which no work gives anything.
    static let nothing = UInt16.max

    /// - Parameters:
    ///   - entries: `[down, across]`.
    ///   - largest: The largest fragment, as a part of the picture.
    init(entries: [UInt16], across: Int, down: Int, largest: Double) {
        self.entries = entries
        self.across = across
        self.down = down
        self.largest = largest
    }

    /// - Parameter source: The level that the field refers to.
    /// - Throws: ``StyleError/cancelled``.
    init(_ target: SynthesisLevel, source: SourceLevel, executor: RowParallelExecutor)
        throws(StyleError)
    {
        let own = target.ownPatches
        across = own.columns.count
        down = own.rows.count
        var entries: [UInt16] = []
        entries.reserveCapacity(across * down)
        var sets = DisjointSets(count: across * down)
        for y in own.rows {
            if y % RowParallelExecutor.rowsPerBand == 0 { try executor.checkCancellation() }
            for x in own.columns {
                let index = entries.count
                let position = target.field.pointer[y * target.across + x]
                entries.append(UInt16(source.areas.pointer[Int(position.work)].entry))
                if x > own.columns.lowerBound {
                    let left = target.field.pointer[y * target.across + x - 1]
                    if Self.continues(left, position, dx: 1, dy: 0) { sets.join(index - 1, index) }
                }
                if y > own.rows.lowerBound {
                    let above = target.field.pointer[(y - 1) * target.across + x]
                    if Self.continues(above, position, dx: 0, dy: 1) {
                        sets.join(index - across, index)
                    }
                }
            }
        }
        self.entries = entries
        largest = Double(sets.largest) / Double(max(1, across * down))
    }

    /// Whether a patch continues its neighbour; a drift of one pixel still does.
    private static func continues(
        _ first: SourcePosition, _ second: SourcePosition, dx: Int, dy: Int
    ) -> Bool {
        guard first.work == second.work, first.mirror == second.mirror else { return false }
        let gapX = Int(second.x) - Int(first.x) - dx * first.direction
        let gapY = Int(second.y) - Int(first.y) - dy
        return abs(gapX) <= 1 && abs(gapY) <= 1
    }
}

/// Disjoint sets with union by size and path halving (Tarjan, 1975).
private struct DisjointSets {
    private var parents: [Int32]
    private var sizes: [Int32]

    init(count: Int) {
        parents = (0..<Int32(count)).map { $0 }
        sizes = [Int32](repeating: 1, count: count)
    }

    var largest: Int32 { sizes.max() ?? 0 }

    mutating func join(_ first: Int, _ second: Int) {
        var left = root(Int32(first))
        var right = root(Int32(second))
        guard left != right else { return }
        if sizes[Int(left)] < sizes[Int(right)] { swap(&left, &right) }
        parents[Int(right)] = left
        sizes[Int(left)] += sizes[Int(right)]
    }

    private mutating func root(_ index: Int32) -> Int32 {
        var index = index
        while parents[Int(index)] != index {
            parents[Int(index)] = parents[Int(parents[Int(index)])]
            index = parents[Int(index)]
        }
        return index
    }
}
