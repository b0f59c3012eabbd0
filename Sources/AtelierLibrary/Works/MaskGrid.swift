import StyleKit

/// The squares of a picture in which something is marked.
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
