/// Composes the coarsest level from large fragments of the works: guided image quilting (Efros and
/// Freeman, *Image Quilting for Texture Synthesis and Transfer*, 2001), with a watershed in place
/// of the minimum cut.
final class Layout {
    /// A fragment of a work that was placed: which of its pixels cover which of the picture.
    struct Fragment {
        let work: UInt16
        let mirror: UInt16
        /// The pixel of the work that the picture's first pixel would have.
        let originX: Int
        let originY: Int
        var pixels: Int

        /// Whether two fragments are offset in the picture as they are in their work, up to three
        /// pixels: then they form one copied region.
        ///
        /// - Parameter period: The size of a tile, whose fragments also continue over the edges.
        func isTogether(with other: Fragment, period: PyramidPlan.Size?) -> Bool {
            work == other.work && mirror == other.mirror
                && Self.isNear(originX - other.originX, period?.width)
                && Self.isNear(originY - other.originY, period?.height)
        }

        private static func isNear(_ gap: Int, _ period: Int?) -> Bool {
            abs(gap) <= 3 || period.map { abs(abs(gap) - $0) <= 3 } ?? false
        }
    }

    let width: Int
    let height: Int
    let source: SourceLevel
    let rules: LayoutRules
    let random: CounterRandom
    let executor: RowParallelExecutor
    let guide: Canvas?
    private let knownPlaces: KnownPlaces?
    /// For every pixel of the picture its pixel in the works.
    let labels: PaddedBuffer<SourcePosition>
    let image: PaddedBuffer<SIMD4<UInt8>>
    let isFilled: PaddedBuffer<Bool>
    /// Pixels that no later fragment may cover.
    let isLocked: PaddedBuffer<Bool>
    let isUsed: PaddedBuffer<Bool>
    let pixelsByWork: PaddedBuffer<Int>
    private(set) var fragments: [Fragment] = []
    private let wraps: Bool
    /// The size of a tile; nil for other pictures.
    var period: PyramidPlan.Size? {
        wraps ? PyramidPlan.Size(width: width, height: height) : nil
    }

    /// - Parameter guide: Of the size of the picture; nil without a sketch.
    init(
        size: PyramidPlan.Size, wraps: Bool, guide: Canvas?, knownPlaces: KnownPlaces?,
        source: SourceLevel, rules: LayoutRules, random: CounterRandom,
        executor: RowParallelExecutor
    ) {
        width = size.width
        height = size.height
        self.wraps = wraps
        self.guide = guide
        self.knownPlaces = knownPlaces
        self.source = source
        self.rules = rules
        self.random = random
        self.executor = executor
        let none = SourcePosition(work: 0, isMirrored: false, x: 0, y: 0)
        labels = PaddedBuffer(count: width * height, filledWith: none)
        image = PaddedBuffer(count: width * height, filledWith: SIMD4())
        isFilled = PaddedBuffer(count: width * height, filledWith: false)
        isLocked = PaddedBuffer(count: width * height, filledWith: false)
        isUsed = PaddedBuffer(count: source.features.count, filledWith: false)
        pixelsByWork = PaddedBuffer(count: source.areas.count, filledWith: 0)
    }

    /// Places the salient regions, then fills the cells in order.
    func compose(_ cells: [LayoutCell]) {
        placeSalientRegions()
        for (index, cell) in cells.enumerated() where !isFull(cell) {
            let window = window(around: cell)
            place(choose(for: window, index: index), in: window)
        }
    }

    /// How far one work or one fragment exceeds its limit, as a part of the picture; 0 or less if
    /// none does.
    var constraintViolation: Double {
        let total = Double(width * height)
        let leading = (0..<source.areas.count).map { pixelsByWork[$0] }.max() ?? 0
        let share = source.areas.count > 2 ? Double(leading) / total - rules.largestShare : 0
        let largest =
            fragments.map { fragment in
                fragments.filter { $0.isTogether(with: fragment, period: period) }
                    .reduce(0) { $0 + $1.pixels }
            }.max() ?? 0
        return max(share, Double(largest) / total - rules.largestFragment)
    }

    /// Writes the position of every patch, and the pixels, to a level of this size.
    func write(to target: SynthesisLevel) {
        let half = PatchKernel.side / 2
        for y in 0..<target.down {
            for x in 0..<target.across {
                let label = labels.pointer[at(x + half - target.margin, y + half - target.margin)]
                let area = source.areas.pointer[Int(label.work)]
                target.field.pointer[y * target.across + x] = SourcePosition(
                    work: Int(label.work), isMirrored: label.isMirrored,
                    x: min(max(Int(label.x) - half, 0), area.width - PatchKernel.side),
                    y: min(max(Int(label.y) - half, 0), area.height - PatchKernel.side))
            }
        }
        for y in 0..<target.height {
            for x in 0..<target.width {
                target.image.pointer[y * target.width + x] =
                    image.pointer[at(x - target.margin, y - target.margin)]
            }
        }
    }

    /// What a window costs more that comes from the work that is painted after; 0 for any other.
    func ownMarks(of work: UInt16, in window: LayoutCell) -> Float {
        guard let knownPlaces, knownPlaces.work == Int(work) else { return 0 }
        return Float(knownPlaces.costs.pointer[patch(in: window, knownPlaces).index]) / 16
    }

    /// The patch in the middle of a window.
    private func patch(
        in window: LayoutCell, _ places: KnownPlaces
    ) -> (x: Int, y: Int, index: Int) {
        let half = PatchKernel.side / 2
        let down = places.positions.count / places.across
        let x = min(max(window.x + window.width / 2 - half, 0), places.across - 1)
        let y = min(max(window.y + window.height / 2 - half, 0), down - 1)
        return (x, y, y * places.across + x)
    }

    /// The window of the work that is painted after which the guide shows in the middle of a
    /// window; nil if there is none.
    func knownPosition(for window: LayoutCell) -> SourcePosition? {
        guard let knownPlaces else { return nil }
        let area = source.areas.pointer[knownPlaces.work]
        let patch = patch(in: window, knownPlaces)
        let place = knownPlaces.positions.pointer[patch.index]
        let roomX = area.width - window.width
        let roomY = area.height - window.height
        guard roomX >= 0, roomY >= 0 else { return nil }
        return SourcePosition(
            work: knownPlaces.work, isMirrored: false,
            x: min(max(Int(place.x) - patch.x + window.x, 0), roomX),
            y: min(max(Int(place.y) - patch.y + window.y, 0), roomY))
    }

    /// The index of a pixel; in a tile coordinates are periodic.
    @inline(__always)
    func at(_ x: Int, _ y: Int) -> Int {
        guard wraps else { return y &* width &+ x }
        let column = x % width
        let row = y % height
        return (row < 0 ? row &+ height : row) &* width &+ (column < 0 ? column &+ width : column)
    }

    /// The index of a label's pixel in the works.
    @inline(__always)
    func offset(of label: SourcePosition) -> Int {
        let area = source.areas.pointer[Int(label.work)]
        return area.base &+ Int(label.y) &* area.width &+ Int(label.x)
    }

    @inline(__always)
    static func distance(_ left: SIMD4<UInt8>, _ right: SIMD4<UInt8>) -> Int32 {
        let difference =
            SIMD4<Int32>(truncatingIfNeeded: left)
            &- SIMD4<Int32>(truncatingIfNeeded: right)
        return (difference &* difference).wrappedSum()
    }

    /// The detail around a pixel of the works, 0 to 254.
    @inline(__always)
    func detail(_ offset: Int) -> Int {
        let detail = source.guides.pointer[offset].w
        return detail == GuideMap.transparentDetail ? 0 : Int(detail)
    }

    /// A cell extended by 35 % of its shorter side on every side: the overlap in which its fragment
    /// is cut.
    private func window(around cell: LayoutCell) -> LayoutCell {
        let margin = max(2, min(cell.width, cell.height) * rules.overlap / 100)
        if wraps {
            // A window may reach over the edges, but not over itself.
            let across = min(margin, (width - cell.width) / 2)
            let down = min(margin, (height - cell.height) / 2)
            return LayoutCell(
                x: cell.x - across, y: cell.y - down, width: cell.width + 2 * across,
                height: cell.height + 2 * down)
        }
        let left = max(0, cell.x - margin)
        let top = max(0, cell.y - margin)
        return LayoutCell(
            x: left, y: top, width: min(width, cell.x + cell.width + margin) - left,
            height: min(height, cell.y + cell.height + margin) - top)
    }

    private func isFull(_ cell: LayoutCell) -> Bool {
        for y in cell.y..<(cell.y + cell.height) {
            for x in cell.x..<(cell.x + cell.width) where !isFilled.pointer[at(x, y)] {
                return false
            }
        }
        return true
    }

    /// Places a fragment, cut where it differs least from what is there.
    func place(_ position: SourcePosition, in window: LayoutCell) {
        let fresh = SourceWindow(position, window: window, area: source.areas[Int(position.work)])
        var seam = WatershedSeam(width: window.width, height: window.height)
        for y in 0..<window.height {
            for x in 0..<window.width {
                let target = at(window.x + x, window.y + y)
                guard isFilled.pointer[target] else { continue }
                let old = offset(of: labels.pointer[target])
                let new = offset(of: fresh.label(x, y))
                seam.setOld(
                    x: x, y: y,
                    difference: Int(
                        Self.distance(image.pointer[target], source.features.pointer[new])),
                    noise: rules.seamNoise > 0
                        ? random.below(
                            rules.seamNoise, .seamNoise, fragments.count,
                            (window.y + y) / 2 * 4_096 + (window.x + x) / 2) : 0,
                    detail: detail(old) + detail(new), isLocked: isLocked.pointer[target])
            }
        }
        let isNew = seam.cut()
        var count = 0
        for y in 0..<window.height {
            for x in 0..<window.width where isNew[y * window.width + x] {
                let target = at(window.x + x, window.y + y)
                let label = fresh.label(x, y)
                labels.pointer[target] = label
                isFilled.pointer[target] = true
                isUsed.pointer[offset(of: label)] = true
                image.pointer[target] = source.features.pointer[offset(of: label)]
                count += 1
            }
        }
        pixelsByWork.pointer[Int(position.work)] += count
        var fragment = fragment(position, in: window)
        fragment.pixels = count
        fragments.append(fragment)
    }

    /// The fragment that a window would become, without pixels yet.
    func fragment(_ position: SourcePosition, in window: LayoutCell) -> Fragment {
        let column = position.isMirrored ? Int(position.x) + window.width - 1 : Int(position.x)
        return Fragment(
            work: position.work, mirror: position.mirror,
            originX: column - window.x * position.direction, originY: Int(position.y) - window.y,
            pixels: 0)
    }
}

/// The pixels of a window of a work, mirrored or not.
private struct SourceWindow {
    private let position: SourcePosition
    private let width: Int
    private let height: Int

    init(_ position: SourcePosition, window: LayoutCell, area: SourceLevel.Area) {
        self.position = position
        width = min(window.width, area.width - Int(position.x))
        height = min(window.height, area.height - Int(position.y))
    }

    func label(_ x: Int, _ y: Int) -> SourcePosition {
        let inside = min(x, width - 1)
        let column = position.isMirrored ? width - 1 - inside : inside
        return SourcePosition(
            work: Int(position.work), isMirrored: position.isMirrored, x: Int(position.x) + column,
            y: Int(position.y) + min(y, height - 1))
    }
}

/// How the fragments of a layout are chosen.
struct LayoutRules {
    /// The number of windows of the works that are tried for each fragment. 3,000 are enough after
    /// a sketch; 300 are clearly worse.
    var candidates = 6_000
    /// The weight of the squared difference of the guides.
    var guideWeight: Float = 0
    /// The weight of the squared difference of heights in work and picture, so that skies stay up.
    var heightWeight: Float = 0
    /// The limit on the part of the picture from one work.
    var largestShare = 1.0
    /// The limit on the part of the picture from one place of a work.
    var largestFragment = 1.0
    /// The limit on the part of a fragment that was used before.
    var reusedPart = 1.0
    /// The number of salient regions that are placed before the cells are filled, for each 85 × 64
    /// pixels.
    var salientRegions = 0
    /// A fragment is chosen at random among those that cost at most this part more than the best.
    var tolerance: Float = 0.02
    /// The side of a cell in pixels.
    var cellSide = 20
    /// How much chance has a part in where a seam runs, in grades: without it seams between alike
    /// fragments are straight.
    var seamNoise = 0
    /// The weight of the squared difference from the picture where a window overlaps it.
    var overlapWeight: Float = 1
    /// The part of a cell's shorter side by which its window is larger on every side, in
    /// hundredths.
    var overlap = 35
}
