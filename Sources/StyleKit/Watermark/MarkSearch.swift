/// Finds the tile of the invisible mark in a picture of unknown scale, crop and turn.
struct MarkSearch {
    private static let side = MarkPattern.samples
    /// Original pixels a sample: two samples a chip.
    private static let samplePixels = Double(InvisibleMark.chipSide) / 2
    /// A picture of more pixels a side is looked at in its middle.
    private static let widest = 4_096
    private static let scales = 0.45...2.2
    /// A step of scale moves the edge of a window of four tiles by a quarter of a chip.
    private static let step = 1.007
    /// Samples across the windows: four tiles to find it, more to read it.
    private static let windows = [128, 256, 1_024]
    private static let kept = 8

    private struct Candidate {
        let strength: Float
        let scale: Double
        let shiftX: Double
        let shiftY: Double
        let left: Int
        let top: Int
        let turn: Int
        let window: Int
    }

    private let sums: LightSums
    private let pattern: MarkPattern
    private let guides: [Fourier]

    init(_ picture: Picture, pattern: MarkPattern) {
        self.pattern = pattern
        sums = LightSums(picture, widest: MarkSearch.widest)
        guides = (0..<8).map { turn in
            var guide = Fourier(real: pattern.guide(turn: turn))
            guide.transform()
            return guide
        }
    }

    /// Lightness of a pixel on white paper, 0 to 255.
    static func lightness(_ picture: Picture, x: Int, y: Int) -> Int {
        let base = (y * picture.width + x) * 4
        let alpha = Int(picture.pixels[base + 3])
        let color =
            Int(picture.pixels[base]) * 77 + Int(picture.pixels[base + 1]) * 150
            + Int(picture.pixels[base + 2]) * 29
        return (color * alpha / 255 + 255 * 256 * (255 - alpha) / 255) >> 8
    }

    var best: InvisibleMark.Reading {
        var scale = MarkSearch.scales.lowerBound
        var found: [Candidate] = []
        while scale <= MarkSearch.scales.upperBound {
            found += candidates(
                scale: scale, shifts: [(0, 0), (0.5, 0.5)], window: MarkSearch.windows[0])
            scale *= MarkSearch.step
        }
        found = MarkSearch.top(found)
        var span = MarkSearch.step - 1
        for window in MarkSearch.windows {
            let finer = found.flatMap { candidate in
                (-2...2).flatMap { part in
                    candidates(
                        scale: candidate.scale * (1 + Double(part) * span / 2),
                        shifts: [(0, 0), (0.5, 0), (0, 0.5), (0.5, 0.5)], window: window)
                }
            }
            found = MarkSearch.top(finer)
            span /= 4
        }
        guard let best = found.first else {
            return InvisibleMark.Reading(payload: 0, strength: 0, scale: 1, isMirrored: false)
        }
        return reading(best)
    }

    private func reading(_ found: Candidate) -> InvisibleMark.Reading {
        let tile = sums.tile(
            pixels: found.scale * MarkSearch.samplePixels, shiftX: found.shiftX,
            shiftY: found.shiftY, window: found.window)
        let votes = pattern.votes(in: tile, left: found.left, top: found.top, turn: found.turn)
        var payload: UInt32 = 0
        for (bit, vote) in votes.enumerated() where vote > 0 { payload |= 1 << UInt32(bit) }
        let turns = (found.turn & 1) + (found.turn >> 1 & 1) + (found.turn >> 2 & 1)
        return InvisibleMark.Reading(
            payload: payload, strength: found.strength, scale: found.scale,
            isMirrored: turns % 2 == 1)
    }

    /// The best place of each turn at one scale.
    private func candidates(
        scale: Double, shifts: [(Double, Double)], window: Int
    ) -> [Candidate] {
        shifts.flatMap { shift -> [Candidate] in
            var tile = Fourier(
                real: sums.tile(
                    pixels: scale * MarkSearch.samplePixels, shiftX: shift.0, shiftY: shift.1,
                    window: window))
            tile.transform()
            return guides.enumerated().compactMap { turn, guide -> Candidate? in
                let fits = tile.correlated(with: guide)
                guard let place = fits.indices.max(by: { fits[$0] < fits[$1] }) else { return nil }
                let mean = fits.reduce(0) { $0 + $1 * $1 } / Float(fits.count)
                return Candidate(
                    strength: mean > 0 ? fits[place] / mean.squareRoot() : 0, scale: scale,
                    shiftX: shift.0, shiftY: shift.1, left: place % MarkSearch.side,
                    top: place / MarkSearch.side, turn: turn, window: window)
            }
        }
    }

    private static func top(_ found: [Candidate]) -> [Candidate] {
        Array(
            found.sorted { ($1.strength, $0.scale) < ($0.strength, $1.scale) }.prefix(kept))
    }
}
