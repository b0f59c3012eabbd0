/// Where a picture's patches come from, found on a grid by exact search.
struct Tracing {
    /// The distance up to which a patch counts as taken from its nearest one, in OKLab × 100.
    private static let taken = 3.0

    /// Distances to the nearest patch of the works, sorted.
    let distances: [Double]
    /// The largest connected part of the grid that lies just so in one work, 0 to 1.
    let largestFragment: Double
    /// The part of the grid nearest to each work, 0 to 1, by work. Plain patches, such as paper,
    /// are in every work and count for none, unless there are no others.
    let shares: [Double]

    /// - Parameter step: Pixels from patch to patch.
    init(_ picture: LabPicture, in library: PatchLibrary, works: Int, step: Int) {
        let columns = Array(stride(from: 0, through: picture.width - PatchLibrary.side, by: step))
        let rows = Array(stride(from: 0, through: picture.height - PatchLibrary.side, by: step))
        var cells: [Cell] = []
        for y in rows {
            for x in columns {
                let found = library.nearest(to: picture, x: x, y: y)
                let place = found.place
                let isPlain = PatchLibrary.isPlain(picture, x: x, y: y)
                cells.append(
                    Cell(
                        isTaken: found.distance <= Self.taken, isPlain: isPlain,
                        work: place.work,
                        isMirrored: place.isMirrored,
                        originX: place.isMirrored ? place.x + x : place.x - x,
                        originY: place.y - y, distance: found.distance))
            }
        }
        distances = cells.map(\.distance).sorted()
        var counts = [Int](repeating: 0, count: works)
        let marked = cells.filter { !$0.isPlain }
        let counted = marked.isEmpty ? cells : marked
        for cell in counted { counts[cell.work] += 1 }
        shares = counts.map { Double($0) / Double(counted.count) }
        largestFragment =
            Double(Self.largestGroup(cells, columns: columns.count)) / Double(cells.count)
    }

    /// The distance below which this part of the patches lies.
    func distance(at part: Double) -> Double {
        distances[min(distances.count - 1, Int(part * Double(distances.count)))]
    }

    private struct Cell {
        let isTaken: Bool
        let isPlain: Bool
        let work: Int
        let isMirrored: Bool
        let originX: Int
        let originY: Int
        let distance: Double

        func continues(_ other: Cell) -> Bool {
            isTaken && other.isTaken && work == other.work && isMirrored == other.isMirrored
                && abs(originX - other.originX) <= 2 && abs(originY - other.originY) <= 2
        }
    }

    private static func largestGroup(_ cells: [Cell], columns: Int) -> Int {
        var isSeen = [Bool](repeating: false, count: cells.count)
        var largest = 0
        for start in cells.indices where !isSeen[start] {
            var waiting = [start]
            var count = 0
            isSeen[start] = true
            while let index = waiting.popLast() {
                count += 1
                let x = index % columns
                var neighbors: [Int] = []
                if x > 0 { neighbors.append(index - 1) }
                if x < columns - 1 { neighbors.append(index + 1) }
                if index >= columns { neighbors.append(index - columns) }
                if index + columns < cells.count { neighbors.append(index + columns) }
                for next in neighbors where !isSeen[next] && cells[index].continues(cells[next]) {
                    isSeen[next] = true
                    waiting.append(next)
                }
            }
            largest = max(largest, count)
        }
        return largest
    }
}
