/// Composes the coarsest level from large pieces of the works: guided image quilting.
final class Layout {
    /// One piece that was laid down: which pixels of a work cover which of the picture.
    struct Piece {
        let work: UInt16
        let mirror: UInt16
        /// The work's pixel that the picture's first pixel would have.
        let originX: Int
        let originY: Int
        var pixels: Int

        /// Whether both lie in the picture about as they lie in their work.
        ///
        /// - Parameter period: A tile's size: its pieces also lie together over the edges.
        func isTogether(with other: Piece, period: PyramidPlan.Size?) -> Bool {
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
    let bands: Bands
    let guide: Canvas?
    /// For every pixel of the picture its pixel in the works.
    let labels: Block<Match>
    let image: Block<SIMD4<UInt8>>
    let isFilled: Block<Bool>
    /// Pixels that no later piece may cover.
    let isKept: Block<Bool>
    let isUsed: Block<Bool>
    let pixelsByWork: Block<Int>
    private(set) var pieces: [Piece] = []
    private let wraps: Bool
    /// A tile's size.
    var period: PyramidPlan.Size? {
        wraps ? PyramidPlan.Size(width: width, height: height) : nil
    }

    /// - Parameter guide: Of the picture's size; nil without a sketch.
    init(
        size: PyramidPlan.Size, wraps: Bool, guide: Canvas?, source: SourceLevel,
        rules: LayoutRules, random: CounterRandom, bands: Bands
    ) {
        width = size.width
        height = size.height
        self.wraps = wraps
        self.guide = guide
        self.source = source
        self.rules = rules
        self.random = random
        self.bands = bands
        let none = Match(work: 0, isMirrored: false, x: 0, y: 0)
        labels = Block(count: width * height, filledWith: none)
        image = Block(count: width * height, filledWith: SIMD4())
        isFilled = Block(count: width * height, filledWith: false)
        isKept = Block(count: width * height, filledWith: false)
        isUsed = Block(count: source.features.count, filledWith: false)
        pixelsByWork = Block(count: source.areas.count, filledWith: 0)
    }

    /// Sets the figures, then fills the cells in order.
    func compose(_ cells: [LayoutCell]) {
        setFigures()
        for (index, cell) in cells.enumerated() where !isFull(cell) {
            let window = window(around: cell)
            place(choose(for: window, index: index), in: window)
        }
    }

    /// By how much one work or one piece leads beyond the rules, as a part of the picture; 0 or
    /// less if none does.
    var breach: Double {
        let total = Double(width * height)
        let leading = (0..<source.areas.count).map { pixelsByWork[$0] }.max() ?? 0
        let share = source.areas.count > 2 ? Double(leading) / total - rules.largestShare : 0
        let largest =
            pieces.map { piece in
                pieces.filter { $0.isTogether(with: piece, period: period) }
                    .reduce(0) { $0 + $1.pixels }
            }.max() ?? 0
        return max(share, Double(largest) / total - rules.largestPiece)
    }

    /// Writes where every patch comes from, and the pixels, into a level of this size.
    func write(to paint: PaintLevel) {
        let half = PatchKernel.side / 2
        for y in 0..<paint.down {
            for x in 0..<paint.across {
                let label = labels.pointer[at(x + half - paint.margin, y + half - paint.margin)]
                let area = source.areas.pointer[Int(label.work)]
                paint.field.pointer[y * paint.across + x] = Match(
                    work: Int(label.work), isMirrored: label.isMirrored,
                    x: min(max(Int(label.x) - half, 0), area.width - PatchKernel.side),
                    y: min(max(Int(label.y) - half, 0), area.height - PatchKernel.side))
            }
        }
        for y in 0..<paint.height {
            for x in 0..<paint.width {
                paint.image.pointer[y * paint.width + x] =
                    image.pointer[at(x - paint.margin, y - paint.margin)]
            }
        }
    }

    /// A pixel's index; in a tile every column and row exists.
    @inline(__always)
    func at(_ x: Int, _ y: Int) -> Int {
        guard wraps else { return y &* width &+ x }
        let column = x % width
        let row = y % height
        return (row < 0 ? row &+ height : row) &* width &+ (column < 0 ? column &+ width : column)
    }

    /// A label's pixel in the works.
    @inline(__always)
    func place(of label: Match) -> Int {
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

    /// How much there is to see around a pixel of the works, 0 to 254.
    @inline(__always)
    func detail(_ place: Int) -> Int {
        let detail = source.guides.pointer[place].w
        return detail == GuideMap.clear ? 0 : Int(detail)
    }

    /// A cell and a third more all around, where its piece may meet its neighbours.
    private func window(around cell: LayoutCell) -> LayoutCell {
        let margin = max(2, min(cell.width, cell.height) * 35 / 100)
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

    /// Lays a piece down, cut along the line where it differs least from what lies there.
    func place(_ match: Match, in window: LayoutCell) {
        let fresh = FreshPiece(match, window: window, area: source.areas[Int(match.work)])
        var seam = Seam(width: window.width, height: window.height)
        for y in 0..<window.height {
            for x in 0..<window.width {
                let target = at(window.x + x, window.y + y)
                guard isFilled.pointer[target] else { continue }
                let old = place(of: labels.pointer[target])
                let new = place(of: fresh.label(x, y))
                seam.setOld(
                    x: x, y: y,
                    difference: Int(
                        Self.distance(image.pointer[target], source.features.pointer[new])),
                    detail: detail(old) + detail(new), isKept: isKept.pointer[target])
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
                isUsed.pointer[place(of: label)] = true
                image.pointer[target] = source.features.pointer[place(of: label)]
                count += 1
            }
        }
        pixelsByWork.pointer[Int(match.work)] += count
        var piece = piece(match, in: window)
        piece.pixels = count
        pieces.append(piece)
    }

    /// The piece that a window would become; it has no pixels yet.
    func piece(_ match: Match, in window: LayoutCell) -> Piece {
        let column = match.isMirrored ? Int(match.x) + window.width - 1 : Int(match.x)
        return Piece(
            work: match.work, mirror: match.mirror,
            originX: column - window.x * match.direction, originY: Int(match.y) - window.y,
            pixels: 0)
    }
}

/// A window of a work, pixel by pixel, mirrored or not.
private struct FreshPiece {
    private let match: Match
    private let width: Int
    private let height: Int

    init(_ match: Match, window: LayoutCell, area: SourceLevel.Area) {
        self.match = match
        width = min(window.width, area.width - Int(match.x))
        height = min(window.height, area.height - Int(match.y))
    }

    func label(_ x: Int, _ y: Int) -> Match {
        let inside = min(x, width - 1)
        let column = match.isMirrored ? width - 1 - inside : inside
        return Match(
            work: Int(match.work), isMirrored: match.isMirrored, x: Int(match.x) + column,
            y: Int(match.y) + min(y, height - 1))
    }
}
