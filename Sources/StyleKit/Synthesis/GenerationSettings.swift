/// The settings of a generation; the sketch is passed separately.
public struct GenerationSettings: Sendable, Equatable, Codable {
    /// The width of the picture in pixels, within ``Limits/generatedSide``.
    public var width: Int
    /// The height of the picture in pixels, within ``Limits/generatedSide``.
    public var height: Int
    /// Chooses among the pictures of a style; the same seed gives the same picture.
    public var seed: UInt64
    /// What kind of picture is made.
    public var kind: PictureKind
    /// How far the picture departs from any one work, within ``Limits/originality``: at 0 fragments
    /// are large, at 100 small and many; ``largestFragment`` and ``largestShare`` are the bounds.
    public var originality: Int
    /// How single works are used; works that are not named are used freely.
    public var works: [WorkUse]

    /// Makes settings; their ranges are checked when a synthesis starts.
    public init(
        width: Int = 512, height: Int = 512, seed: UInt64 = 1, kind: PictureKind = .free,
        originality: Int = 50, works: [WorkUse] = []
    ) {
        self.width = width
        self.height = height
        self.seed = seed
        self.kind = kind
        self.originality = originality
        self.works = works
    }

    /// Whether the picture is a seamless tile.
    public var isTile: Bool { kind == .tile }

    /// The bound on the part of the picture, 0 to 1, that the layout takes from one place of a
    /// work: 0.2 at originality 0, 0.1 at 100.
    public var largestFragment: Double { 0.2 - 0.1 * Double(originality) / 100 }

    /// The bound on the part of the picture, 0 to 1, that the layout takes from one work: 0.5 at
    /// originality 0, 0.3 at 100; never below 1.5 / the number of works.
    public var largestShare: Double { 0.5 - 0.2 * Double(originality) / 100 }

    /// The canonical encoding, for hashing; little-endian: width and height (4 bytes each), seed
    /// (8), ``PictureKind/bytes``, originality (1), the number of works (4), then ``WorkUse/bytes``
    /// of each.
    public var bytes: [UInt8] {
        var writer = LittleEndianWriter()
        writer.append(width, bytes: 4)
        writer.append(height, bytes: 4)
        writer.append(Int(truncatingIfNeeded: seed), bytes: 8)
        writer.append(kind.bytes)
        writer.append(originality, bytes: 1)
        writer.append(works.count, bytes: 4)
        for work in works { writer.append(work.bytes) }
        return writer.bytes
    }

    /// The indices of the works that a composition may show: no characters, which figures are made
    /// of.
    ///
    /// - Throws: ``StyleError/nothingToUse``, ``StyleError/onlyFigures(count:)``.
    func composedWorks(of model: StyleModel) throws(StyleError) -> [Int] {
        let leftOut = Set(works.filter(\.isLeftOut).map(\.workID))
        let used = model.works.indices.filter { !leftOut.contains(model.works[$0].id) }
        guard !used.isEmpty else { throw .nothingToUse }
        let scenes = used.filter { model.works[$0].figure == nil }
        guard !scenes.isEmpty else { throw .onlyFigures(count: used.count) }
        return scenes
    }

    /// - Throws: ``StyleError`` for the first setting out of range, or that the model cannot serve.
    func check(for model: StyleModel) throws(StyleError) {
        let allowed = Limits.generatedSide
        guard allowed.contains(width), allowed.contains(height) else {
            throw .sizeOutOfRange(
                width: width, height: height, lowest: allowed.lowerBound,
                highest: allowed.upperBound)
        }
        guard Limits.originality.contains(originality) else {
            throw .originalityOutOfRange(value: originality)
        }
        try kind.check(for: model)
        for work in works where work.avoided.count + work.keptWhole.count > Limits.areas {
            throw .tooManyAreas(
                count: work.avoided.count + work.keptWhole.count, limit: Limits.areas)
        }
    }
}

/// How a generation uses one work.
public struct WorkUse: Sendable, Equatable, Codable {
    /// The work's id, 16 bytes; an id that the model does not know has no effect.
    public var workID: [UInt8]
    /// Whether nothing is taken from the work.
    public var isLeftOut: Bool
    /// Areas from which nothing is taken.
    public var avoided: [WorkArea]
    /// Areas, such as a face, that appear whole or not at all; larger than a third of the picture's
    /// short side they never appear.
    public var keptWhole: [WorkArea]

    /// - Parameter workID: 16 bytes.
    public init(
        workID: [UInt8], isLeftOut: Bool = false, avoided: [WorkArea] = [],
        keptWhole: [WorkArea] = []
    ) {
        self.workID = workID
        self.isLeftOut = isLeftOut
        self.avoided = avoided
        self.keptWhole = keptWhole
    }

    /// The canonical encoding, for hashing; little-endian: id (16 bytes), left out (1), then of the
    /// avoided and of the kept areas the count (4) and the edges (4 × 2 bytes each).
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

/// A rectangle on a work, in ten-thousandths of its width and height.
public struct WorkArea: Sendable, Equatable, Codable {
    /// The left edge, 0 to 9,999.
    public let left: Int
    /// The top edge, 0 to 9,999.
    public let top: Int
    /// The right edge, above ``left`` and up to 10,000.
    public let right: Int
    /// The bottom edge, above ``top`` and up to 10,000.
    public let bottom: Int

    /// - Returns: nil unless `0 ≤ left < right ≤ 10,000` and `0 ≤ top < bottom ≤ 10,000`.
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

    /// Decodes the four edges.
    ///
    /// - Throws: `DecodingError` if they make no rectangle.
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

    /// The pixels that the area touches in a work of this size.
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
