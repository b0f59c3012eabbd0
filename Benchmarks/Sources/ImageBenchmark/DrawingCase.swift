import StyleKit

/// One thing to draw.
struct DrawingCase {
    enum Kind {
        case composition, collage, sketch, pattern, drafts, after

        /// The kind as settings hold it; the picture is painted after the first work.
        var picture: PictureKind {
            switch self {
            case .pattern: .tile
            case .after: .after(AfterSettings(workID: [UInt8](repeating: 1, count: 16)))
            case .collage: .collage
            case .composition, .sketch, .drafts: .free
            }
        }
    }

    let name: String
    let kind: Kind
    let side: Int
    let works: Int
    let threads: Int
    /// CPU seconds at most, where there is a goal; for two cores of 2.5 GHz.
    let goal: Double?

    static let all: [DrawingCase] = [
        .init(name: "drafts", kind: .drafts, side: 512, works: 8, threads: 2, goal: 6),
        .init(name: "compose512", kind: .composition, side: 512, works: 8, threads: 2, goal: 7),
        .init(name: "collage256", kind: .collage, side: 256, works: 8, threads: 2, goal: nil),
        .init(name: "collage512", kind: .collage, side: 512, works: 8, threads: 2, goal: 5),
        .init(name: "collage512t1", kind: .collage, side: 512, works: 8, threads: 1, goal: 5),
        .init(name: "sketch512", kind: .sketch, side: 512, works: 8, threads: 2, goal: 8),
        .init(name: "after512", kind: .after, side: 512, works: 8, threads: 2, goal: 8),
        .init(name: "pattern512", kind: .pattern, side: 512, works: 8, threads: 2, goal: nil),
        .init(name: "collage1024", kind: .collage, side: 1_024, works: 8, threads: 2, goal: 22),
        .init(name: "collage2048t1", kind: .collage, side: 2_048, works: 8, threads: 1, goal: nil),
        .init(name: "sketch2048t1", kind: .sketch, side: 2_048, works: 8, threads: 1, goal: nil),
        .init(name: "works2", kind: .collage, side: 512, works: 2, threads: 2, goal: nil),
        .init(name: "works4", kind: .collage, side: 512, works: 4, threads: 2, goal: nil),
        .init(name: "works18", kind: .collage, side: 512, works: 18, threads: 2, goal: 9),
        .init(name: "works36", kind: .collage, side: 512, works: 36, threads: 2, goal: nil),
        .init(name: "large18", kind: .collage, side: 1_024, works: 18, threads: 2, goal: nil),
    ]
}
