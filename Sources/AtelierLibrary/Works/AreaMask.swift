import StyleKit

/// A mask that an artist painted over a work, as rectangles.
///
/// In a picture with transparency, opaque pixels are marked; in an opaque picture, white ones. The
/// rectangles cover every marked pixel, and exceed them by less than one square of the finest grid
/// that needs few enough rectangles.
struct AreaMask {
    /// Why a picture cannot be a mask for a work.
    enum Problem: Error, Equatable {
        /// Its width and height are not in the proportion of the work's.
        case otherShape
        /// It is opaque and not in shades of grey.
        case coloured
        /// Nothing is marked.
        case empty
        /// All of the work is marked.
        case whole
        /// Even the coarsest grid needs more areas than may be kept.
        case tooManyAreas
    }

    /// Squares along the longer side, the finest grid first.
    private static let grids = [128, 96, 64, 48, 32, 24, 16, 12, 8, 4, 2]
    /// The least alpha, or lightness, of a marked pixel, 0 to 255.
    private static let threshold: UInt8 = 128
    /// The largest difference between the channels of a grey, 0 to 255: JPEG changes them.
    private static let greyness = 24
    /// The largest relative difference of the proportions, from the rounding of a smaller copy.
    private static let tolerance = 0.02

    /// The rectangles; no two overlap.
    let areas: [WorkArea]

    /// Reads a mask.
    ///
    /// - Parameters:
    ///   - picture: Of any size in the work's proportion.
    ///   - width: The work's, in pixels.
    ///   - height: The work's, in pixels.
    ///   - limit: The most rectangles.
    init(_ picture: Picture, width: Int, height: Int, limit: Int) throws(Problem) {
        let across = Double(picture.width * height)
        let down = Double(picture.height * width)
        guard abs(across - down) <= Self.tolerance * max(across, down) else { throw .otherShape }
        let marks = try Self.marks(picture)
        guard marks.contains(true) else { throw .empty }
        guard marks.contains(false) else { throw .whole }
        for grid in Self.grids {
            let areas = MaskGrid(marks, of: picture, squares: grid).areas
            guard areas.count <= limit else { continue }
            self.areas = areas
            return
        }
        throw .tooManyAreas
    }

    /// Which pixels are marked, row-major.
    private static func marks(_ picture: Picture) throws(Problem) -> [Bool] {
        let pixels = picture.pixels
        let starts = stride(from: 0, to: pixels.count, by: 4)
        guard picture.isOpaque else { return starts.map { pixels[$0 + 3] >= threshold } }
        let isGrey = starts.allSatisfy { start in
            let (red, green, blue) = (pixels[start], pixels[start + 1], pixels[start + 2])
            return Int(clamping: max(red, green, blue)) - Int(clamping: min(red, green, blue))
                <= greyness
        }
        guard isGrey else { throw .coloured }
        return starts.map { pixels[$0 + 1] >= threshold }
    }
}

extension AreaMask.Problem {
    /// What may help.
    var nextStep: NextStep? {
        switch self {
        case .whole: .leaveOutWork
        case .tooManyAreas: .clearAreas
        case .otherShape, .coloured, .empty: nil
        }
    }

    /// What is wrong, and what to do.
    func reason(for work: Work) -> String {
        switch self {
        case .otherShape:
            "Its width and height are not in the proportion of the work's, "
                + "\(work.width) × \(work.height)."
        case .coloured:
            "It is opaque and in colour. \(Self.how)"
        case .empty: "It marks nothing. \(Self.how)"
        case .whole: "It marks the whole work. Leave the work out instead."
        case .tooManyAreas:
            "The work has too many marked areas already. Clear those first."
        }
    }

    private static let how = "Paint on a layer with transparency, or in white on black."
}

/// A grid over a picture that says in which squares any pixel is marked.
struct MaskGrid {
    private let columns: Int
    private let rows: Int
    private var isMarked: [Bool]

    /// - Parameter squares: Along the longer side.
    init(_ marks: [Bool], of picture: Picture, squares: Int) {
        let longer = max(picture.width, picture.height)
        func count(_ side: Int) -> Int { min(side, max(1, (side * squares + longer / 2) / longer)) }
        columns = count(picture.width)
        rows = count(picture.height)
        isMarked = [Bool](repeating: false, count: columns * rows)
        let across = (0..<picture.width).map { Self.parts($0, of: picture.width, in: columns) }
        for y in 0..<picture.height {
            let down = Self.parts(y, of: picture.height, in: rows)
            for x in 0..<picture.width where marks[y * picture.width + x] {
                for row in down {
                    for column in across[x] { isMarked[row * columns + column] = true }
                }
            }
        }
    }

    /// The squares along one side that a pixel touches: one or two.
    private static func parts(_ pixel: Int, of side: Int, in count: Int) -> ClosedRange<Int> {
        (pixel * count / side)...(((pixel + 1) * count - 1) / side)
    }

    /// The runs of marked squares in each row, joined where the next row has the same run.
    var areas: [WorkArea] {
        var open: [Range<Int>: Int] = [:]
        var areas: [WorkArea?] = []
        for row in 0...rows {
            let runs = row < rows ? runs(in: row) : []
            for (run, top) in open where !runs.contains(run) {
                areas.append(area(run, rows: top..<row))
                open[run] = nil
            }
            for run in runs where open[run] == nil { open[run] = row }
        }
        return areas.compactMap { $0 }.sorted { ($0.top, $0.left) < ($1.top, $1.left) }
    }

    private func runs(in row: Int) -> Set<Range<Int>> {
        var runs: Set<Range<Int>> = []
        var start: Int?
        for column in 0...columns {
            let isMarked = column < columns && isMarked[row * columns + column]
            if isMarked, start == nil { start = column }
            if !isMarked, let from = start {
                runs.insert(from..<column)
                start = nil
            }
        }
        return runs
    }

    /// The edges are rounded outward, so nothing that is marked is left out.
    private func area(_ run: Range<Int>, rows range: Range<Int>) -> WorkArea? {
        func lower(_ edge: Int, of count: Int) -> Int { edge * 10_000 / count }
        func upper(_ edge: Int, of count: Int) -> Int { (edge * 10_000 + count - 1) / count }
        return WorkArea(
            left: lower(run.lowerBound, of: columns), top: lower(range.lowerBound, of: rows),
            right: upper(run.upperBound, of: columns), bottom: upper(range.upperBound, of: rows))
    }
}
