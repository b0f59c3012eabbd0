/// Which place of a generation comes from which work, as a grid, and its outlines.
public struct SourceRegions: Sendable, Equatable {
    /// The number of places in a row.
    public let across: Int
    /// The number of rows.
    public let down: Int
    /// `[down, across]`: the work's index in the model.
    private let entries: [UInt16]
    /// By the work's index in the model: its place in the legend.
    private let ranks: [Int?]

    init(_ fragments: FragmentMap, ranks: [Int?]) {
        self.init(
            entries: fragments.entries, across: fragments.across, down: fragments.down,
            ranks: ranks)
    }

    /// A grid of entries, row-major, and the place of each in the legend.
    package init(entries: [UInt16], across: Int, down: Int, ranks: [Int?]) {
        precondition(entries.count == across * down, "the grid holds an entry for each place")
        self.entries = entries
        self.across = across
        self.down = down
        self.ranks = ranks
    }

    /// The place in the legend of what a place of the grid comes from; nil for nothing.
    public subscript(x: Int, y: Int) -> Int? {
        let entry = Int(entries[y * across + x])
        return entry < ranks.count ? ranks[entry] : nil
    }

    /// The same regions on a grid whose longer side is at most `side` places: each takes what lies
    /// at its middle.
    public func reduced(to side: Int) -> SourceRegions {
        let factor = (max(across, down) + side - 1) / max(side, 1)
        guard factor > 1 else { return self }
        let (columns, rows) = (max(1, across / factor), max(1, down / factor))
        var small: [UInt16] = []
        small.reserveCapacity(columns * rows)
        for y in 0..<rows {
            for x in 0..<columns {
                let place = min(y * factor + factor / 2, down - 1) * across
                small.append(entries[place + min(x * factor + factor / 2, across - 1)])
            }
        }
        return SourceRegions(entries: small, across: columns, down: rows, ranks: ranks)
    }

    /// The outline of all places that come from one work, as the data of an SVG path in units of
    /// the grid; holes run the other way round. Empty where there is no such place.
    ///
    /// - Parameter rank: The work's place in the legend.
    public func outline(ofRank rank: Int) -> String {
        var edges = RegionEdges(across: across)
        for y in 0..<down {
            for x in 0..<across where self[x, y] == rank {
                func isOutside(_ x: Int, _ y: Int) -> Bool {
                    !(0..<across).contains(x) || !(0..<down).contains(y) || self[x, y] != rank
                }
                if isOutside(x, y - 1) { edges.add(x, y, .east) }
                if isOutside(x + 1, y) { edges.add(x + 1, y, .south) }
                if isOutside(x, y + 1) { edges.add(x + 1, y + 1, .west) }
                if isOutside(x - 1, y) { edges.add(x, y + 1, .north) }
            }
        }
        return edges.path()
    }
}

/// The edges of a region, each one unit long, the region on its right.
private struct RegionEdges {
    enum Direction: UInt8 {
        case east = 1
        case south = 2
        case west = 4
        case north = 8
    }

    private let stride: Int
    /// By corner: the directions of the edges that leave it, as bits.
    private var leaving: [Int: UInt8] = [:]
    /// The corners in the order in which they came, so that the path is always the same.
    private var corners: [Int] = []

    init(across: Int) {
        stride = across + 1
    }

    mutating func add(_ x: Int, _ y: Int, _ direction: Direction) {
        let corner = y * stride + x
        leaving[corner, default: 0] |= direction.rawValue
        corners.append(corner)
    }

    /// Joins the edges to closed lines; a straight run is one line.
    mutating func path() -> String {
        var path = ""
        for start in corners {
            while let first = next(from: start, after: nil) {
                path += "M\(start % stride) \(start / stride)"
                var corner = start
                var direction = first
                repeat {
                    take(direction, from: corner)
                    corner += step(direction)
                    let turned = next(from: corner, after: direction)
                    if turned != direction || corner == start {
                        let isLevel = direction == .east || direction == .west
                        path += isLevel ? "H\(corner % stride)" : "V\(corner / stride)"
                    }
                    guard corner != start, let turned else { break }
                    direction = turned
                } while true
                path += "Z"
            }
        }
        return path
    }

    private func step(_ direction: Direction) -> Int {
        switch direction {
        case .east: 1
        case .south: stride
        case .west: -1
        case .north: -stride
        }
    }

    private mutating func take(_ direction: Direction, from corner: Int) {
        leaving[corner, default: 0] &= ~direction.rawValue
    }

    /// The next edge from a corner. Where two leave it, the one to the right keeps regions apart
    /// that touch at a corner only.
    private func next(from corner: Int, after direction: Direction?) -> Direction? {
        let bits = leaving[corner] ?? 0
        let order: [Direction] =
            switch direction {
            case .east: [.south, .east, .north]
            case .south: [.west, .south, .east]
            case .west: [.north, .west, .south]
            case .north: [.east, .north, .west]
            case nil: [.east, .south, .west, .north]
            }
        return order.first { bits & $0.rawValue != 0 }
    }
}
