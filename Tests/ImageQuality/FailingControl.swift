package import StyleKit

/// Pictures that only look as if they were made of the works: every one must fail a gate, or the
/// gates are worth nothing.
package enum FailingControl: String, CaseIterable, Codable, Sendable {
    case copy = "a copy of a work"
    case recolored = "a foreign picture in the works' colours"
    case blurred = "a blurred result"
    case collage = "a collage of one work"
    case joined = "two works cut straight"
    case seam = "a straight seam of 24 pixels"

    /// The controls of a kind of picture: only those of compositions look for straight seams.
    package static func all(for mode: Mode) -> [FailingControl] {
        mode == .compose ? allCases : allCases.filter { $0 != .seam }
    }

    /// Makes the control.
    ///
    /// - Parameters:
    ///   - works: At the pictures' scale.
    ///   - result: A picture drawn in the style.
    ///   - foreign: Somebody else's picture; without one, clouds and stripes are drawn.
    package func picture(
        works: [Picture], result: Picture, foreign: Picture? = nil
    ) throws -> Picture {
        switch self {
        case .copy: works[0]
        case .recolored: try Self.recolored(foreign ?? Self.foreign(like: result), like: result)
        case .blurred: try Self.blurred(result)
        case .collage: try Self.collage(of: works[works.count - 1])
        case .joined: try Self.joined(works[0], works[works.count - 1])
        case .seam: try Self.planted(length: 24, in: result)
        }
    }

    private static func foreign(like result: Picture) throws -> Picture {
        var pixels: [UInt8] = []
        for y in 0..<result.height {
            for x in 0..<result.width {
                // Fine checks and circles: marks that hardly any painter makes.
                let ring = ((x - 90) * (x - 90) + (y - 70) * (y - 70)) / 160 % 2
                let check = (x / 3 + y / 3) % 2
                let value = 60 + ring * 90 + check * 70
                pixels += [UInt8(value), UInt8(255 - value), UInt8((x + y) % 256), 255]
            }
        }
        return try Picture(width: result.width, height: result.height, pixels: pixels)
    }

    /// Each channel moved and stretched to the mean and spread of another picture's.
    private static func recolored(_ picture: Picture, like model: Picture) throws -> Picture {
        var pixels = picture.pixels
        for lane in 0..<3 {
            let own = moments(picture.pixels, lane)
            let wanted = moments(model.pixels, lane)
            for base in stride(from: lane, to: pixels.count, by: 4) {
                let value =
                    (Double(pixels[base]) - own.mean) / max(own.spread, 1) * wanted.spread
                    + wanted.mean
                pixels[base] = UInt8(min(255, max(0, value)))
            }
        }
        return try Picture(width: picture.width, height: picture.height, pixels: pixels)
    }

    private static func moments(_ pixels: [UInt8], _ lane: Int) -> (mean: Double, spread: Double) {
        let values = stride(from: lane, to: pixels.count, by: 4).map { Double(pixels[$0]) }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, variance.squareRoot())
    }

    private static func blurred(_ picture: Picture) throws -> Picture {
        var pixels = picture.pixels
        for lane in 0..<3 {
            let values = stride(from: lane, to: pixels.count, by: 4).map { Float(pixels[$0]) }
            let soft = DetailMeasure.blurred(
                values, width: picture.width, height: picture.height, radius: 3)
            for (index, value) in soft.enumerated() { pixels[index * 4 + lane] = UInt8(value) }
        }
        return try Picture(width: picture.width, height: picture.height, pixels: pixels)
    }

    /// The left half of one work and the right half of another.
    private static func joined(_ left: Picture, _ right: Picture) throws -> Picture {
        let width = min(left.width, right.width)
        let height = min(left.height, right.height)
        var pixels: [UInt8] = []
        for y in 0..<height {
            let start = y * left.width * 4
            pixels += left.pixels[start..<(start + width / 2 * 4)]
            let end = (y + 1) * right.width * 4
            pixels += right.pixels[(end - (width - width / 2) * 4)..<end]
        }
        return try Picture(width: width, height: height, pixels: pixels)
    }

    /// The work cut into 6 × 4 fields, which change places.
    private static func collage(of work: Picture) throws -> Picture {
        let width = work.width / 6
        let height = work.height / 4
        var pixels = [UInt8](repeating: 255, count: width * 6 * height * 4 * 4)
        for field in 0..<24 {
            let from = field * 7 % 24
            for y in 0..<height {
                let source = ((from / 6 * height + y) * work.width + from % 6 * width) * 4
                let target = ((field / 6 * height + y) * width * 6 + field % 6 * width) * 4
                pixels.replaceSubrange(
                    target..<(target + width * 4), with: work.pixels[source..<(source + width * 4)])
            }
        }
        return try Picture(width: width * 6, height: height * 4, pixels: pixels)
    }

    /// A picture with a block in its calmest place that is lighter or darker than what is around
    /// it: both of its upright edges are seams.
    ///
    /// - Parameters:
    ///   - length: The height of the block in pixels; it is ten wide.
    ///   - change: By how much each channel changes.
    package static func planted(
        length: Int, in picture: Picture, change: Int = 40
    ) throws -> Picture {
        let width = 10
        let margin = 16
        var calmest = (cost: Int.max, x: margin, y: margin)
        func value(_ x: Int, _ y: Int) -> Int {
            Int(picture.pixels[(y * picture.width + x) * 4 + 1])
        }
        for top in stride(from: margin, to: picture.height - length - margin, by: 6) {
            for left in stride(from: margin, to: picture.width - width - margin, by: 6) {
                var cost = 0
                for y in (top - 2)..<(top + length + 2) {
                    for x in (left - 4)..<(left + width + 4) {
                        cost += abs(value(x, y) - value(x + 1, y))
                    }
                }
                if cost < calmest.cost { calmest = (cost, left, top) }
            }
        }
        let isDark = value(calmest.x + width / 2, calmest.y + length / 2) < 128
        var pixels = picture.pixels
        for y in calmest.y..<(calmest.y + length) {
            for x in calmest.x..<(calmest.x + width) {
                for lane in 0..<3 {
                    let at = (y * picture.width + x) * 4 + lane
                    let moved = Int(pixels[at]) + (isDark ? change : -change)
                    pixels[at] = UInt8(min(255, max(0, moved)))
                }
            }
        }
        return try Picture(width: picture.width, height: picture.height, pixels: pixels)
    }
}
