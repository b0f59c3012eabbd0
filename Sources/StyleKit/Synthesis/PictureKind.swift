/// What kind of picture a generation makes.
public enum PictureKind: Sendable, Equatable {
    /// A composition of the works alone, or a picture after a sketch.
    case free
    /// A picture of many small pieces of the works.
    case collage
    /// A seamless tile: its left edge continues its right one, its top its bottom.
    case tile
    /// A new character from the parts of marked ones.
    case figure(FigureSettings)
    /// A work, or a picture that is given beside the settings, painted anew.
    case after(AfterSettings)

    /// The kind without its settings: `free`, `collage`, `tile`, `figure` or `after`.
    public var name: String {
        switch self {
        case .free: "free"
        case .collage: "collage"
        case .tile: "tile"
        case .figure: "figure"
        case .after: "after"
        }
    }

    /// The canonical encoding, for hashing: 0 for a free picture, 1 for a tile, 2 and
    /// ``FigureSettings/bytes`` for a figure, 3 and ``AfterSettings/bytes`` for one after another,
    /// 4 for a collage.
    public var bytes: [UInt8] {
        switch self {
        case .free: [0]
        case .tile: [1]
        case .figure(let settings): [2] + settings.bytes
        case .after(let settings): [3] + settings.bytes
        case .collage: [4]
        }
    }

    /// The id of the work that is painted after, if it is one.
    var afterWork: [UInt8]? {
        guard case .after(let settings) = self else { return nil }
        return settings.workID
    }

    /// - Throws: ``StyleError`` for the first setting out of range, or where the model has too few
    ///   works with marks for a figure.
    func check(for model: StyleModel) throws(StyleError) {
        switch self {
        case .free, .collage, .tile: return
        case .figure(let settings):
            try settings.check()
            let marked = model.works.count { $0.figure != nil }
            guard marked >= Limits.figureWorks else {
                throw .tooFewFigures(count: marked, limit: Limits.figureWorks)
            }
        case .after(let settings): try settings.check()
        }
    }
}

extension PictureKind: Codable {
    private enum CodingKeys: String, CodingKey { case name, figure, after }

    /// Decodes the name and the settings of that kind.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .name) {
        case "free": self = .free
        case "collage": self = .collage
        case "tile": self = .tile
        case "figure": self = .figure(try container.decode(FigureSettings.self, forKey: .figure))
        case "after": self = .after(try container.decode(AfterSettings.self, forKey: .after))
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .name, in: container, debugDescription: "There is no such kind of picture.")
        }
    }

    /// Encodes the name, and the settings where the kind has some.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        switch self {
        case .free, .collage, .tile: return
        case .figure(let settings): try container.encode(settings, forKey: .figure)
        case .after(let settings): try container.encode(settings, forKey: .after)
        }
    }
}

/// Which works a figure takes its parts from; a part that is left open is chosen by the seed.
public struct FigureSettings: Sendable, Equatable, Codable {
    /// The id, 16 bytes, of the work whose body and pose are the figure's base.
    public var pose: [UInt8]?
    /// The id, 16 bytes, of the work that gives the head.
    public var head: [UInt8]?
    /// The id, 16 bytes, of the work whose colours the figure takes.
    public var colours: [UInt8]?

    /// Names the works of the parts; nil leaves one to the seed.
    public init(pose: [UInt8]? = nil, head: [UInt8]? = nil, colours: [UInt8]? = nil) {
        self.pose = pose
        self.head = head
        self.colours = colours
    }

    /// The canonical encoding, for hashing: of the pose, the head and the colours 0 if left open,
    /// else 1 and the id.
    public var bytes: [UInt8] { parts.flatMap { part in part.map { [1] + $0 } ?? [0] } }

    private var parts: [[UInt8]?] { [pose, head, colours] }

    /// - Throws: ``StyleError/wrongWorkID(bytes:)``.
    func check() throws(StyleError) {
        for case let id? in parts where id.count != 16 { throw .wrongWorkID(bytes: id.count) }
    }
}

/// Which works the parts of a figure come from.
public struct FigureSources: Sendable, Equatable, Codable {
    /// The id, 16 bytes, of the work whose head it is.
    public let head: [UInt8]
    /// The id, 16 bytes, of the work whose body and pose are the base.
    public let pose: [UInt8]
    /// The id of the work of which another part of the body is; nil where there is none.
    public let second: [UInt8]?
    /// The id of the work whose eyes, nose and mouth the head has; nil where they are its own.
    public let face: [UInt8]?
    /// Whether the works that may be used seem to show one character only: then the figure is a
    /// variant of that character in its colours or its face, and nobody new.
    public let isVariant: Bool

    /// Names the works.
    public init(
        head: [UInt8], pose: [UInt8], second: [UInt8]? = nil, face: [UInt8]? = nil,
        isVariant: Bool = false
    ) {
        self.head = head
        self.pose = pose
        self.second = second
        self.face = face
        self.isVariant = isVariant
    }
}
