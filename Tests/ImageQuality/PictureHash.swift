import Foundation

/// 256 bits that change little when a picture is scaled or recoded: the signs, about their median,
/// of the 16 × 16 lowest waves of its lightness at 64 × 64 pixels, as in PDQ.
struct PictureHash {
    private static let side = 64
    private static let waves = 16

    private let bits: [Bool]

    init(_ picture: LabPicture) {
        let small = Self.small(picture)
        let table = (0..<Self.waves).map { wave in
            (0..<Self.side).map { at in
                cos(Double.pi / Double(2 * Self.side) * Double(wave + 1) * Double(2 * at + 1))
            }
        }
        var values: [Double] = []
        for down in 0..<Self.waves {
            for across in 0..<Self.waves {
                var sum = 0.0
                for y in 0..<Self.side {
                    var row = 0.0
                    for x in 0..<Self.side {
                        row += small[y * Self.side + x] * table[across][x]
                    }
                    sum += row * table[down][y]
                }
                values.append(sum)
            }
        }
        let median = values.sorted()[values.count / 2]
        bits = values.map { $0 > median }
    }

    /// How many bits differ, 0 to 256: below 32 for one picture in two files, about 128 for two
    /// pictures.
    func distance(to other: PictureHash) -> Int {
        zip(bits, other.bits).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
    }

    /// Means over the fields of a grid.
    private static func small(_ picture: LabPicture) -> [Double] {
        let values = picture.lightness
        return (0..<(side * side)).map { cell in
            let x = cell % side
            let y = cell / side
            let columns = span(x, picture.width)
            let rows = span(y, picture.height)
            var sum = 0.0
            for row in rows {
                for column in columns { sum += Double(values[row * picture.width + column]) }
            }
            return sum / Double(rows.count * columns.count)
        }
    }

    private static func span(_ cell: Int, _ length: Int) -> Range<Int> {
        let start = min(cell * length / side, length - 1)
        return start..<max(start + 1, (cell + 1) * length / side)
    }
}
