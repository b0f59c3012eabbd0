/// A picture that shows from which work each region of a generation comes.
public struct SourceMap: Sendable, Equatable {
    /// One work's colour on the map.
    public struct LegendEntry: Sendable, Equatable, Codable {
        /// The work's id: 16 bytes.
        public let workID: [UInt8]
        /// sRGB as `#rrggbb`.
        public let hex: String
        /// The part of the picture, 0 to 1.
        public let share: Double
    }

    /// The generation in grey under the works' colours, with a light line where pieces of
    /// different works meet; below it one field for each colour of the legend, as wide as its
    /// share.
    public let picture: Picture
    /// The works on the map, the largest share first.
    public let legend: [LegendEntry]
}
