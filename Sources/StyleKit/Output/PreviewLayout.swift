/// What stands where in the bytes of a ``PicturePreview``.
///
/// Bytes 0 to 2, lowest bit first: mean lightness (6 bits), means of the differences of colour (6
/// each), scale of lightness (5), whether opacity is described (1). Bytes 3 and 4: terms of
/// lightness along the shorter side (3), scales of the differences (6 each), whether the picture is
/// wider than high (1). With opacity, byte 5: its mean and its scale (4 each). Then 4 bits a term.
struct PreviewLayout {
    /// The pixels of the longer side that are shown.
    static let shownSide = 32
    /// The bytes that every preview has.
    static let headerBytes = 5
    /// The terms of a difference of colour along width and height.
    static let colour = (3, 3)
    /// The terms of opacity along width and height.
    static let opacity = (5, 5)
    private static let longest = (opaque: 7, clear: 5)
    /// The boost of colours for what rounding takes of them.
    private static let boost = 1.25

    let hasAlpha: Bool
    let isWide: Bool
    /// The terms of lightness along the shorter side.
    private let shorter: Int

    init(width: Int, height: Int, hasAlpha: Bool) {
        self.hasAlpha = hasAlpha
        isWide = width > height
        let longest = hasAlpha ? Self.longest.clear : Self.longest.opaque
        let part = Double(longest * min(width, height)) / Double(max(width, height))
        shorter = max(1, Int(part.rounded()))
    }

    /// - Parameter bytes: At least ``headerBytes``.
    init(_ bytes: [UInt8]) {
        hasAlpha = bytes[2] & 0x80 != 0
        isWide = bytes[4] & 0x80 != 0
        shorter = Int(bytes[3] & 7)
    }

    /// The terms of lightness along width and height.
    var light: (Int, Int) {
        let long = hasAlpha ? Self.longest.clear : Self.longest.opaque
        let short = max(3, shorter)
        return isWide ? (long, short) : (short, long)
    }

    private var channels: [(Int, Int)] {
        [light, Self.colour, Self.colour] + (hasAlpha ? [Self.opacity] : [])
    }

    private var firstTerm: Int { Self.headerBytes + (hasAlpha ? 1 : 0) }

    /// The length that the constants ask for.
    var byteCount: Int {
        let terms = channels.reduce(0) { $0 + PreviewTerms.places($1).count - 1 }
        return firstTerm + (terms + 1) / 2
    }

    /// Width and height of what is shown, in pixels.
    var shownSize: (Int, Int) {
        let long = Double(hasAlpha ? Self.longest.clear : Self.longest.opaque)
        let part = Double(Self.shownSide * max(shorter, 1)) / long
        let side = min(max(1, Int(part.rounded())), Self.shownSide)
        return isWide ? (Self.shownSide, side) : (side, Self.shownSide)
    }

    /// The bytes of lightness, the differences of colour, and opacity where it is described.
    func bytes(of channels: [PreviewTerms]) -> [UInt8] {
        let number = { (value: Double, most: Double) in
            UInt32((min(max(value, 0), 1) * most).rounded())
        }
        let (light, first, second) = (channels[0], channels[1], channels[2])
        var head = number(light.mean, 63)
        head |= number(0.5 + first.mean / 2, 63) << 6 | number(0.5 + second.mean / 2, 63) << 12
        head |= number(light.scale, 31) << 18 | (hasAlpha ? 1 << 23 : 0)
        var tail = UInt32(shorter) | number(first.scale, 63) << 3
        tail |= number(second.scale, 63) << 9 | (isWide ? 1 << 15 : 0)
        var bytes = [head, head >> 8, head >> 16, tail, tail >> 8].map {
            UInt8(truncatingIfNeeded: $0)
        }
        if hasAlpha {
            let opacity = channels[3]
            bytes.append(UInt8(number(opacity.mean, 15) | number(opacity.scale, 15) << 4))
        }
        var terms = channels.flatMap { channel in
            channel.terms.map { term in
                UInt8(number(channel.scale > 0 ? 0.5 + term / channel.scale / 2 : 0, 15))
            }
        }
        if !terms.count.isMultiple(of: 2) { terms.append(0) }
        for place in stride(from: 0, to: terms.count, by: 2) {
            bytes.append(terms[place] | terms[place + 1] << 4)
        }
        return bytes
    }

    /// The terms that the bytes hold.
    func channels(in bytes: [UInt8]) -> [PreviewTerms] {
        let head = UInt32(bytes[0]) | UInt32(bytes[1]) << 8 | UInt32(bytes[2]) << 16
        let tail = UInt32(bytes[3]) | UInt32(bytes[4]) << 8
        let bits = { (word: UInt32, first: UInt32, most: UInt32) in
            Double((word >> first) & most) / Double(most)
        }
        var constants = [
            (bits(head, 0, 63), bits(head, 18, 31)),
            (bits(head, 6, 63) * 2 - 1, bits(tail, 3, 63) * Self.boost),
            (bits(head, 12, 63) * 2 - 1, bits(tail, 9, 63) * Self.boost),
        ]
        if hasAlpha {
            constants.append((bits(UInt32(bytes[5]), 0, 15), bits(UInt32(bytes[5]), 4, 15)))
        }
        var place = firstTerm * 2
        return zip(channels, constants).map { count, constant in
            let terms = PreviewTerms.places(count).dropFirst().map { _ in
                defer { place += 1 }
                let half = place.isMultiple(of: 2) ? bytes[place / 2] & 15 : bytes[place / 2] >> 4
                return (Double(half) / 7.5 - 1) * constant.1
            }
            return PreviewTerms(mean: constant.0, terms: terms, scale: constant.1, count: count)
        }
    }
}

/// The lowest terms of a cosine transform of one channel.
struct PreviewTerms {
    let mean: Double
    /// The terms after the mean, in the order of ``places(_:)``.
    let terms: [Double]
    /// The largest of them.
    let scale: Double
    private let count: (Int, Int)

    init(mean: Double, terms: [Double], scale: Double, count: (Int, Int)) {
        (self.mean, self.terms, self.scale, self.count) = (mean, terms, scale, count)
    }

    /// - Parameter values: `[height, width]`, row-major.
    init(of values: [Double], width: Int, height: Int, terms count: (Int, Int)) {
        let (across, down) = (Self.cosines(count.0, width), Self.cosines(count.1, height))
        // Rows first, then columns.
        let rows = (0..<height).map { y in
            across.map { wave in
                (0..<width).reduce(0.0) { $0 + wave[$1] * values[y * width + $1] }
            }
        }
        let all = Self.places(count).map { x, y in
            // A side has no more waves than parts: beyond them the mean would be counted again.
            x >= width || y >= height
                ? 0
                : (0..<height).reduce(0.0) { $0 + down[y][$1] * rows[$1][x] }
                    / Double(width * height)
        }
        self.init(
            mean: all[0], terms: Array(all.dropFirst()),
            scale: all.dropFirst().reduce(0) { max($0, abs($1)) }, count: count)
    }

    /// `[height, width]`, row-major.
    func values(width: Int, height: Int) -> [Double] {
        let (across, down) = (Self.cosines(count.0, width), Self.cosines(count.1, height))
        let places = Self.places(count).dropFirst()
        return (0..<width * height).map { place in
            let (x, y) = (place % width, place / width)
            return zip(places, terms).reduce(mean) { sum, term in
                sum + term.1 * across[term.0.0][x] * down[term.0.1][y] * 2
            }
        }
    }

    /// The terms that are kept, those along both sides least: how many half waves across and down.
    static func places(_ count: (Int, Int)) -> [(Int, Int)] {
        (0..<count.1).flatMap { y in
            (0..<count.0).filter { $0 * count.1 < count.0 * (count.1 - y) }.map { ($0, y) }
        }
    }

    private static func cosines(_ count: Int, _ side: Int) -> [[Double]] {
        (0..<count).map { wave in
            (0..<side).map {
                Trigonometry.cosine(halfTurns: Double(wave * (2 * $0 + 1)) / Double(2 * side))
            }
        }
    }
}
