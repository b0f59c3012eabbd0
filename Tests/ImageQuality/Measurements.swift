/// What was measured in one picture.
package struct Measurements: Codable, Sendable {
    /// Half, and 95 of 100, of the picture's patches are nearer than this to a patch of the works;
    /// OKLab × 100.
    package let markDistance: Double
    package let worstMarkDistance: Double
    /// Detail over the works' detail; less is blur.
    package let detail: Double
    /// Distance of the marks' texture over that of one work from the others.
    package let texture: Double
    /// The largest piece that lies just so in a work, 0 to 1: found by search, and as the drawing
    /// itself reports it.
    package let piece: Double
    package let reportedPiece: Double?
    /// Works that give at least 2 of 100 of the picture, and the largest part of one, 0 to 1.
    package let works: Int
    package let topShare: Double
    /// Differing bits to the most similar work, of 256.
    package let copyDistance: Int
    /// The change over a tile's edges over that between the lines inside.
    package let edgeRatio: Double
    /// How alike the gradients are to those of what is painted after, at a short side of 64.
    package let forms: Double?
    /// The length in pixels of the longest straight seam that is in no work; 0 up to 12.
    package let straightSeam: Int

    enum CodingKeys: String, CodingKey {
        case markDistance = "mark_distance"
        case worstMarkDistance = "worst_mark_distance"
        case detail
        case texture
        case piece
        case reportedPiece = "reported_piece"
        case works
        case topShare = "top_share"
        case copyDistance = "copy_distance"
        case edgeRatio = "edge_ratio"
        case forms
        case straightSeam = "straight_seam"
    }
}
