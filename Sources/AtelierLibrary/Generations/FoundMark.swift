/// The mark that was found in a picture, and what it leads to.
public struct FoundMark: Codable, Equatable, Sendable {
    /// How the digest begins that the picture's credit bought: 8 hexadecimal digits.
    public let bodyStart: String
    /// How far the mark stands out from chance; below 7 nothing counts as found.
    public let strength: Double
    /// How much larger the picture is than it was made.
    public let scale: Double
    /// Whether it was mirrored.
    public let isMirrored: Bool
    /// The generations of this library that bear this mark; a sheet and its picks share one.
    public let generations: [Generation]
}
