/// Finds straight seams: edges along a line that no work has.
///
/// The other measures do not see them: what lies to both sides of a seam is the artist's own, and a
/// line of one pixel is a small part of a picture.
struct StraightSeams {
    /// The pixels of a line in both directions from its middle: a seam of 13 is one too many.
    private static let reach = 6
    /// The least change across the line at each of its pixels, in units of OKLab × 100.
    private static let change = 3
    /// The distance up to which a patch counts as taken from the works, in OKLab × 100: light may
    /// be moved by six units.
    private static let taken = 6.5
    /// The most lines of one picture whose patches are searched.
    private static let searched = 40
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
        var lines: [(x: Int, y: Int, direction: Int, sign: Int)] = []
        let margin = Self.reach + PatchLibrary.side
        guard min(picture.width, picture.height) > 2 * margin else { return 0 }
        for y in margin..<(picture.height - margin) {
            for x in margin..<(picture.width - margin) {
                for direction in Self.directions.indices {
                    let sign = Self.contrast(picture, x, y, direction) > 0 ? 1 : -1
                    guard isLine(picture, x, y, direction, sign),
                        !isInWorks(picture, x, y, direction)
                    else { continue }
                    lines.append((x, y, direction, sign))
                }
            }
        }
        var longest = 0
        let step = max(1, lines.count / Self.searched)
        for index in stride(from: 0, to: lines.count, by: step) {
            let line = lines[index]
            let isForeign = [-4, 0, 4].allSatisfy { part in
                let place = Self.place(line.x, line.y, line.direction, part)
                let half = PatchLibrary.side / 2
                return library.nearest(to: picture, x: place.x - half, y: place.y - half).distance
                    > Self.taken
            }
            guard isForeign else { continue }
            longest = max(longest, length(picture, line))
        }
        return longest
    }

    /// How far a line goes on in both directions.
    private func length(
        _ picture: LabPicture, _ line: (x: Int, y: Int, direction: Int, sign: Int)
    ) -> Int {
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

    private func isLine(
        _ picture: LabPicture, _ x: Int, _ y: Int, _ direction: Int, _ sign: Int
    ) -> Bool {
        let least = Self.change * LabPicture.unit
        // The ends first: they rule most places out.
        for part in [0, Self.reach, -Self.reach, 3, -3, 5, -5, 1, -1, 2, -2, 4, -4] {
            let place = Self.place(x, y, direction, part)
            guard Self.contrast(picture, place.x, place.y, direction) * sign >= least else {
                return false
            }
        }
        return true
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
