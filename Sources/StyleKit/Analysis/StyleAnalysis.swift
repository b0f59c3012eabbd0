/// What was measured in the works, for people to read; drawing does not depend on it.
public struct StyleAnalysis: Sendable, Equatable, Codable {
    /// One colour of the palette.
    public struct PaletteColor: Sendable, Equatable, Codable {
        /// sRGB as `#rrggbb`.
        public let hex: String
        /// The part of the painted area that is nearest to this colour, 0 to 1.
        public let share: Double
    }

    /// The main colours, the largest share first; at most twelve, all clearly different.
    public let palette: [PaletteColor]
    /// How light the works are: the parts of the painted area in sixteen steps, dark to light.
    public let lightness: [Double]
    /// How much dark line is drawn how wide: the parts of its length with a width of 1, 2, … 16
    /// (the last: or more) where the short side is 512. The sum is 1, or 0 without any line.
    public let strokeWidths: [Double]
    /// How edges run: the parts in twelve directions, from level (0°) by 15° counter-clockwise.
    /// The sum is 1, or 0 without any edge.
    public let edgeDirections: [Double]
    /// Mean change of lightness (0 to 100) between blurs of 1, 2, 4, 8, 16, 32 and 64 where the
    /// short side is 512: what happens from the finest grain to large shapes.
    public let textureByScale: [Double]

    /// The range of lightness (0 to 100) without its darkest and lightest twentieths.
    public var contrast: Double {
        guard let low = lightness(at: 0.05), let high = lightness(at: 0.95) else { return 0 }
        return StyleAnalysis.rounded(high - low)
    }

    /// The lightness (0 to 100) that half of the painted area lies below; nil if none is painted.
    public var middleLightness: Double? { lightness(at: 0.5).map(StyleAnalysis.rounded) }

    /// The width that half of all dark line lies below, in thousandths of the short side.
    public var middleStrokeWidth: Double? {
        StyleAnalysis.quantile(strokeWidths, 0.5).map { place in
            StyleAnalysis.rounded((place + 0.5) * 1_000 / 512)
        }
    }

    init(_ measures: WorkMeasures) {
        palette = Palette.colors(of: measures.colors, limit: Limits.paletteColors)
        lightness = StyleAnalysis.shares(measures.lightness)
        strokeWidths = StyleAnalysis.shares(measures.strokes)
        edgeDirections = StyleAnalysis.shares(measures.edges)
        textureByScale = measures.texture.map { sum in
            measures.area == 0
                ? 0 : StyleAnalysis.rounded(Double(sum) / Double(measures.area) / 2.55)
        }
    }

    static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

    static func shares(_ counts: [Int]) -> [Double] {
        let sum = counts.reduce(0, +)
        return counts.map { sum == 0 ? 0 : rounded(Double($0) / Double(sum)) }
    }

    private func lightness(at part: Double) -> Double? {
        StyleAnalysis.quantile(lightness, part).map { $0 * 100 / Double(lightness.count) }
    }

    /// Where a part of the whole lies below, in bins.
    private static func quantile(_ shares: [Double], _ part: Double) -> Double? {
        let total = shares.reduce(0, +)
        guard total > 0 else { return nil }
        var below = 0.0
        for (index, share) in shares.enumerated() {
            if share > 0, below + share >= part * total {
                return Double(index) + (part * total - below) / share
            }
            below += share
        }
        return Double(shares.count)
    }
}
