/// What a generation is asked to be; the sketch is passed apart.
public struct GenerationSettings: Sendable, Equatable, Codable {
    /// The picture's width, within ``Limits/generatedSide``.
    public var width: Int
    /// The picture's height, within ``Limits/generatedSide``.
    public var height: Int
    /// Chooses among the pictures that a style can give; the same seed gives the same picture.
    public var seed: UInt64
    /// Whether the picture is a tile: its left edge continues its right one, its top its bottom.
    public var isPattern: Bool
    /// How far the picture goes from any one work, within ``Limits/originality``.
    ///
    /// At 0 large fragments stay together; at 100 they are small and many. See
    /// ``largestPiece`` and ``largestShare`` for the bounds.
    public var originality: Int
    /// How single works are used; works that are not named are used freely.
    public var works: [WorkUse]

    /// Takes the settings as they are; they are checked when rendering starts.
    public init(
        width: Int = 512, height: Int = 512, seed: UInt64 = 1, isPattern: Bool = false,
        originality: Int = 50, works: [WorkUse] = []
    ) {
        self.width = width
        self.height = height
        self.seed = seed
        self.isPattern = isPattern
        self.originality = originality
        self.works = works
    }

    /// The largest part of the picture, 0 to 1, that the layout takes from one place of a work:
    /// from 0.2 at originality 0 to 0.1 at 100.
    public var largestPiece: Double { 0.2 - 0.1 * Double(originality) / 100 }

    /// The largest part of the picture, 0 to 1, that the layout takes from one work: from 0.5 at
    /// originality 0 to 0.3 at 100. Where few works are to choose from it is no less than 1.5
    /// parts of them all.
    public var largestShare: Double { 0.5 - 0.2 * Double(originality) / 100 }

    /// The settings for hashing, little-endian: width and height (4 bytes each), seed (8), pattern
    /// (1 if so), originality (1), then the number of works (4) and each work's ``WorkUse/bytes``.
    public var bytes: [UInt8] {
        var writer = ModelWriter()
        writer.append(width, bytes: 4)
        writer.append(height, bytes: 4)
        writer.append(Int(truncatingIfNeeded: seed), bytes: 8)
        writer.append(isPattern ? 1 : 0, bytes: 1)
        writer.append(originality, bytes: 1)
        writer.append(works.count, bytes: 4)
        for work in works { writer.append(work.bytes) }
        return writer.bytes
    }

    /// Stops what cannot be drawn.
    func check() throws(StyleError) {
        let allowed = Limits.generatedSide
        guard allowed.contains(width), allowed.contains(height) else {
            throw .sizeOutOfRange(
                width: width, height: height, lowest: allowed.lowerBound,
                highest: allowed.upperBound)
        }
        guard Limits.originality.contains(originality) else {
            throw .originalityOutOfRange(value: originality)
        }
        for work in works where work.avoided.count + work.keptWhole.count > Limits.areas {
            throw .tooManyAreas(
                count: work.avoided.count + work.keptWhole.count, limit: Limits.areas)
        }
    }
}
