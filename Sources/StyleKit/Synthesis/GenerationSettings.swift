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
        var writer = LittleEndianWriter()
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

/// How a generation uses one work.
public struct WorkUse: Sendable, Equatable, Codable {
    /// The work's id: 16 bytes. An id that the model does not know changes nothing.
    public var workID: [UInt8]
    /// Whether nothing at all is taken from the work.
    public var isLeftOut: Bool
    /// Areas from which nothing is taken.
    public var avoided: [WorkArea]
    /// Areas that appear whole or not at all, such as a face; at most a third of the picture's
    /// short side each, else they are only avoided.
    public var keptWhole: [WorkArea]

    /// Uses a work as told.
    public init(
        workID: [UInt8], isLeftOut: Bool = false, avoided: [WorkArea] = [],
        keptWhole: [WorkArea] = []
    ) {
        self.workID = workID
        self.isLeftOut = isLeftOut
        self.avoided = avoided
        self.keptWhole = keptWhole
    }

    /// For hashing: id, left out (1 byte), then the counts (4 bytes) and edges (4 × 2 bytes) of
    /// the avoided and of the kept areas; little-endian.
    public var bytes: [UInt8] {
        var writer = LittleEndianWriter()
        writer.append(workID)
        writer.append(isLeftOut ? 1 : 0, bytes: 1)
        for areas in [avoided, keptWhole] {
            writer.append(areas.count, bytes: 4)
            for area in areas {
                for edge in [area.left, area.top, area.right, area.bottom] {
                    writer.append(edge, bytes: 2)
                }
            }
        }
        return writer.bytes
    }
}

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

/// A rectangle of pixels.
struct PixelArea: Equatable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    func meets(_ other: PixelArea) -> Bool {
        x < other.x + other.width && other.x < x + width && y < other.y + other.height
            && other.y < y + height
    }

    func contains(_ other: PixelArea) -> Bool {
        x <= other.x && y <= other.y && other.x + other.width <= x + width
            && other.y + other.height <= y + height
    }
}
