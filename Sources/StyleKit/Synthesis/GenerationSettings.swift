/// What a generation is asked to be; the sketch is passed apart.
public struct GenerationSettings: Sendable, Equatable, Codable {
    /// The picture's width, within ``Limits/generatedSide``.
    public var width: Int
    /// The picture's height, within ``Limits/generatedSide``.
    public var height: Int
    /// Chooses among the pictures that a style can give; the same seed gives the same picture.
    public var seed: UInt64

    /// Takes the settings as they are; they are checked when rendering starts.
    public init(width: Int = 512, height: Int = 512, seed: UInt64 = 1) {
        self.width = width
        self.height = height
        self.seed = seed
    }

    /// The settings for hashing: width, height (4 bytes each) and seed (8), little-endian.
    public var bytes: [UInt8] {
        var writer = ModelWriter()
        writer.append(width, bytes: 4)
        writer.append(height, bytes: 4)
        writer.append(Int(truncatingIfNeeded: seed), bytes: 8)
        return writer.bytes
    }
}
