/// A rectangle on a work, in parts of 10,000 of its width and height.
public struct WorkArea: Sendable, Equatable, Codable {
    /// The left edge, 0 to 10,000 from the left.
    public let left: Int
    /// The top edge, 0 to 10,000 from the top.
    public let top: Int
    /// The right edge, beyond the left one.
    public let right: Int
    /// The bottom edge, below the top one.
    public let bottom: Int

    /// The rectangle between these edges.
    ///
    /// - Returns: nil unless `0 ≤ left < right ≤ 10,000`, and the same from top to bottom.
    public init?(left: Int, top: Int, right: Int, bottom: Int) {
        let whole = 0...10_000
        guard whole.contains(left), whole.contains(top), whole.contains(right),
            whole.contains(bottom), left < right, top < bottom
        else { return nil }
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    /// Reads an area and checks its edges.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let area = WorkArea(
            left: try container.decode(Int.self, forKey: .left),
            top: try container.decode(Int.self, forKey: .top),
            right: try container.decode(Int.self, forKey: .right),
            bottom: try container.decode(Int.self, forKey: .bottom))
        guard let area else {
            throw DecodingError.dataCorruptedError(
                forKey: .left, in: container, debugDescription: "The edges make no rectangle.")
        }
        self = area
    }

    private enum CodingKeys: String, CodingKey { case left, top, right, bottom }

    /// The pixels that it touches in a work of this size.
    func pixels(width: Int, height: Int) -> PixelArea {
        let x = left * width / 10_000
        let y = top * height / 10_000
        return PixelArea(
            x: x, y: y, width: (right * width + 9_999) / 10_000 - x,
            height: (bottom * height + 9_999) / 10_000 - y)
    }
}
