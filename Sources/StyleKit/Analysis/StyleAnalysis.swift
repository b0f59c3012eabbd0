/// What was measured in the works, for people to read; synthesis does not depend on it.
public struct StyleAnalysis: Sendable, Equatable, Codable {
    /// One colour of the palette.
    public struct PaletteColor: Sendable, Equatable, Codable {
        /// sRGB as `#rrggbb`.
        public let hex: String
        /// The part of the opaque pixels that are nearest to this colour, 0 to 1.
        public let share: Double
    }

    /// The main colours, the largest share first: at most ``Limits/paletteColors``, no two closer
    /// than 4 units of OKLab × 100.
    public let palette: [PaletteColor]
    /// A histogram of OKLab lightness over opaque pixels: 16 bins, dark to light, whose sum is 1;
    /// or 0 without any.
    public let lightness: [Double]
    /// A histogram of the width of dark lines, weighted by their length: bins of 1, 2, … 16 pixels
    /// (the last: or more) at a short side of 512. The sum is 1, or 0 without any line.
    public let strokeWidths: [Double]
    /// A histogram of edge directions, weighted by strength: 12 bins from horizontal (0°) by 15°
    /// counter-clockwise. The sum is 1, or 0 without any edge.
    public let edgeDirections: [Double]
    /// The energy of texture by scale: the mean absolute difference of lightness (0 to 100) between
    /// box blurs of radius 0 and 1, 1 and 2, 2 and 4, … 32 and 64 at a short side of 512.
    public let textureByScale: [Double]

    /// The range of lightness (0 to 100) between its 5th and 95th percentile.
    public var contrast: Double {
        guard let low = lightness(at: 0.05), let high = lightness(at: 0.95) else { return 0 }
        return StyleAnalysis.rounded(high - low)
    }

    /// The median lightness (0 to 100) of the opaque pixels; nil if there are none.
    public var middleLightness: Double? { lightness(at: 0.5).map(StyleAnalysis.rounded) }

    /// The median width of dark lines, in thousandths of the short side; nil if there are none.
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

    /// The position of a quantile in a histogram, in bins; nil for an empty one.
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
