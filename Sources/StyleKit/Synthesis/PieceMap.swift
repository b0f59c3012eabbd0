/// Where the patches of a finished field come from, in pieces: neighbours that lie side by side in
/// their work too.
struct PieceMap {
    /// The largest piece, as a part of the picture.
    let largest: Double
    /// For each patch of the picture the work's index in the model, row by row.
    let entries: [UInt16]
    let across: Int
    let down: Int

    /// - Parameter source: The level that the field points into.
    /// - Throws: ``StyleError/cancelled``.
    init(_ paint: PaintLevel, source: SourceLevel, bands: Bands) throws(StyleError) {
        let own = paint.ownPatches
        across = own.columns.count
        down = own.rows.count
        var entries: [UInt16] = []
        entries.reserveCapacity(across * down)
        var sets = PieceSets(count: across * down)
        for y in own.rows {
            if y % Bands.rows == 0 { try bands.check() }
            for x in own.columns {
                let index = entries.count
                let match = paint.field.pointer[y * paint.across + x]
                entries.append(UInt16(source.areas.pointer[Int(match.work)].entry))
                if x > own.columns.lowerBound {
                    let left = paint.field.pointer[y * paint.across + x - 1]
                    if Self.continues(left, match, dx: 1, dy: 0) { sets.join(index - 1, index) }
                }
                if y > own.rows.lowerBound {
                    let above = paint.field.pointer[(y - 1) * paint.across + x]
                    if Self.continues(above, match, dx: 0, dy: 1) {
                        sets.join(index - across, index)
                    }
                }
            }
        }
        self.entries = entries
        largest = Double(sets.largest) / Double(max(1, across * down))
    }

    /// Whether a patch is its neighbour moved along; a drift by one pixel still counts.
    private static func continues(_ first: Match, _ second: Match, dx: Int, dy: Int) -> Bool {
        guard first.work == second.work, first.mirror == second.mirror else { return false }
        let gapX = Int(second.x) - Int(first.x) - dx * first.direction
        let gapY = Int(second.y) - Int(first.y) - dy
        return abs(gapX) <= 1 && abs(gapY) <= 1
    }
}

/// Sets that grow together.
private struct PieceSets {
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
