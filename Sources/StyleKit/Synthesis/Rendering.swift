/// A finished picture and where its marks come from.
public struct Rendering: Sendable {
    /// How much of the picture came from one work.
    public struct WorkShare: Sendable, Equatable, Codable {
        /// The work's id: 16 bytes.
        public let workID: [UInt8]
        /// The part of the picture, 0 to 1.
        public let share: Double
    }

    /// The picture, without a watermark.
    public let picture: Picture
    /// The works that were used, the largest share first; the shares add up to one.
    public let shares: [WorkShare]
    /// The largest part of the picture, 0 to 1, that lies in one work just as it does here, a
    /// drift by one pixel from neighbour to neighbour allowed: the largest copied piece.
    public let largestPiece: Double
    /// How visible the seams are: mean difference, in units of OKLab × 100; lower is better.
    public let seamScore: Double
    /// Which work each region comes from.
    public let sourceMap: SourceMap
}
