/// What was measured in the works, for people to read; drawing does not depend on it.
public struct StyleAnalysis: Sendable, Equatable, Codable {
    /// One colour of the palette.
    public struct PaletteColor: Sendable, Equatable, Codable {
        /// sRGB as `#rrggbb`.
        public let hex: String
        /// The part of the painted area that is nearest to this colour, 0 to 1.
        public let share: Double
    }

    /// The main colours, the largest share first; at most twelve.
    public let palette: [PaletteColor]
    /// How wide dark strokes are: the parts with a width of 1, 2, … 16 pixels (the last: or more)
    /// when the short side has 256 pixels. The sum is 1, or 0 without any stroke.
    public let strokeWidths: [Double]
    /// How edges run: the parts in twelve directions, from level (0°) by 15° counter-clockwise.
    /// The sum is 1, or 0 without any edge.
    public let edgeDirections: [Double]
    /// Mean change of lightness (0 to 100) between blurs of 1, 2, 4, 8, 16 and 32 pixels.
    public let textureByScale: [Double]
}
