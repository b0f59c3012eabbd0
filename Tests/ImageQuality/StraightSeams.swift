/// Finds straight seams: edges along a line that no work has.
///
/// The other measures do not see them: what lies to both sides of a seam is the artist's own, and a
/// line of one pixel is a small part of a picture.
struct StraightSeams {
    /// The pixels of a line in both directions from its middle: a seam of 13 is one too many.
    private static let reach = 6
    /// The least change across the line at each of its pixels, in units of OKLab × 100.
    private static let change = 3
    /// The distance up to which a patch counts as taken from the works, in OKLab × 100, if its
    /// light and colour are moved as far as drawing may move those of a whole patch.
    private static let taken = 3.0
    private static let light = 6.0
    private static let color = 3.7
    /// The most lines of one picture whose patches are searched: the strongest.
    private static let searched = 80
    /// Steps along a line, and across it.
    private static let directions: [(along: SIMD2<Int>, across: SIMD2<Int>)] = [
        (SIMD2(2, 0), SIMD2(0, 2)), (SIMD2(0, 2), SIMD2(2, 0)), (SIMD2(2, 2), SIMD2(2, -2)),
        (SIMD2(2, -2), SIMD2(2, 2)), (SIMD2(2, 1), SIMD2(-1, 2)), (SIMD2(1, 2), SIMD2(2, -1)),
        (SIMD2(2, -1), SIMD2(1, 2)), (SIMD2(1, -2), SIMD2(2, 1)),
    ]

    private let library: PatchLibrary
    /// Which blocks of 3 × 3 pixels the works have exactly: a bit by hash.
    private let blocks: [UInt64]

    init(_ works: [LabPicture], library: PatchLibrary) {
        self.library = library
        var blocks = [UInt64](repeating: 0, count: 1 << 21)
        for work in works {
            for y in 1..<(work.height - 1) {
                for x in 1..<(work.width - 1) {
                    let hash = Self.hash(work, x, y)
                    blocks[Int(hash >> 6)] |= 1 << (hash & 63)
                }
            }
        }
        self.blocks = blocks
    }

    /// The length in pixels of the longest straight seam that is in no work; 0 where none is longer
    /// than 12.
    func longest(in picture: LabPicture) -> Int {
        var lines: [Line] = []
        let margin = Self.reach + PatchLibrary.side
        guard min(picture.width, picture.height) > 2 * margin else { return 0 }
        for y in margin..<(picture.height - margin) {
            for x in margin..<(picture.width - margin) {
                for direction in Self.directions.indices {
                    let sign = Self.contrast(picture, x, y, direction) > 0 ? 1 : -1
                    let strength = strength(picture, x, y, direction, sign)
                    guard strength >= Self.change * LabPicture.unit,
                        !isInWorks(picture, x, y, direction)
                    else { continue }
                    lines.append(
                        Line(x: x, y: y, direction: direction, sign: sign, strength: strength))
                }
            }
        }
        var longest = 0
        for line in Self.strongest(lines) where isForeign(picture, line) {
            longest = max(longest, length(picture, line))
        }
        return longest
    }

    /// A line of 13 pixels through its middle.
    private struct Line {
        let x: Int
        let y: Int
        let direction: Int
        let sign: Int
        /// The least change across it, in eighths of a unit.
        let strength: Int

        /// Whether the other one is as good as the same line.
        func repeats(_ other: Line) -> Bool {
            direction == other.direction && abs(x - other.x) <= StraightSeams.reach
                && abs(y - other.y) <= StraightSeams.reach
        }
    }

    /// The strongest lines, each once.
    private static func strongest(_ lines: [Line]) -> [Line] {
        var found: [Line] = []
        let order = lines.indices.sorted {
            (lines[$1].strength, $0) < (lines[$0].strength, $1)
        }
        for index in order {
            guard found.count < searched else { break }
            if !found.contains(where: lines[index].repeats) { found.append(lines[index]) }
        }
        return found
    }

    private func isForeign(_ picture: LabPicture, _ line: Line) -> Bool {
        [0, -4, 4].allSatisfy { part in
            let place = Self.place(line.x, line.y, line.direction, part)
            let half = PatchLibrary.side / 2
            return !library.holds(
                picture, x: place.x - half, y: place.y - half, within: Self.taken,
                light: Self.light, color: Self.color)
        }
    }

    /// How far a line goes on in both directions.
    private func length(_ picture: LabPicture, _ line: Line) -> Int {
        var count = 2 * Self.reach + 1
        for way in [-1, 1] {
            var part = (Self.reach + 1) * way
            while true {
                let place = Self.place(line.x, line.y, line.direction, part)
                guard (2..<(picture.width - 2)).contains(place.x),
                    (2..<(picture.height - 2)).contains(place.y),
                    Self.contrast(picture, place.x, place.y, line.direction) * line.sign
                        >= Self.change * LabPicture.unit
                else { break }
                count += 1
                part += way
            }
        }
        return count
    }

    /// The least change across a line; 0 as soon as it is too little.
    private func strength(
        _ picture: LabPicture, _ x: Int, _ y: Int, _ direction: Int, _ sign: Int
    ) -> Int {
        var least = Int.max
        // The ends first: they rule most places out.
        for part in [0, Self.reach, -Self.reach, 3, -3, 5, -5, 1, -1, 2, -2, 4, -4] {
            let place = Self.place(x, y, direction, part)
            let contrast = Self.contrast(picture, place.x, place.y, direction) * sign
            guard contrast >= Self.change * LabPicture.unit else { return 0 }
            least = min(least, contrast)
        }
        return least
    }

    /// Whether the works have the pixels in the middle and near both ends exactly.
    private func isInWorks(
        _ picture: LabPicture, _ x: Int, _ y: Int, _ direction: Int
    ) -> Bool {
        [-4, 0, 4].contains { part in
            let place = Self.place(x, y, direction, part)
            let hash = Self.hash(picture, place.x, place.y)
            return blocks[Int(hash >> 6)] & (1 << (hash & 63)) != 0
        }
    }

    private static func place(
        _ x: Int, _ y: Int, _ direction: Int, _ part: Int
    ) -> (x: Int, y: Int) {
        // Along a slanted line the longer coordinate goes on by one.
        let along = directions[direction].along &* part
        return (x + along.x / 2, y + along.y / 2)
    }

    /// The change of lightness across a line, in eighths of a unit.
    private static func contrast(
        _ picture: LabPicture, _ x: Int, _ y: Int, _ direction: Int
    ) -> Int {
        let across = directions[direction].across
        let (dx, dy) = (across.x / 2, across.y / 2)
        let first = picture.pixels[(y + dy) * picture.width + x + dx].x
        let second = picture.pixels[(y - dy) * picture.width + x - dx].x
        return Int(first) - Int(second)
    }

    /// A number below 2²⁷ of the 3 × 3 pixels around a place.
    private static func hash(_ picture: LabPicture, _ x: Int, _ y: Int) -> UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        for row in (y - 1)...(y + 1) {
            for column in (x - 1)...(x + 1) {
                let pixel = picture.pixels[row * picture.width + column]
                let bits = unsafeBitCast(pixel, to: UInt64.self)
                hash = (hash ^ bits) &* 0xFF51_AFD7_ED55_8CCD
                hash ^= hash >> 32
            }
        }
        return hash >> 37
    }
}
