/// How like a picture is to a style: 100 is as like as the artist's works are to each other.
///
/// Every part compares one measure, and is judged by how far each work lies from the
/// others by the same measure: a style with wild colours forgives wild colours.
public struct StyleLikeness: Sendable, Equatable, Codable {
    /// All parts together, 0 to 100.
    public let overall: Double
    /// Whether its colours are the works' colours, and the works' main colours are in it.
    public let colors: Double
    /// Whether light and dark are shared out alike.
    public let light: Double
    /// Whether lines are as wide.
    public let lines: Double
    /// Whether edges run the same ways.
    public let directions: Double
    /// Whether as much happens on each scale, from grain to large shapes.
    public let texture: Double
    /// Whether small pieces of line and edge look like pieces of the works.
    public let marks: Double

    /// - Parameters:
    ///   - gaps: How far the picture lies from the works, by each measure.
    ///   - own: How far works lie from the others, for each work.
    init(distances: StyleDistances, own: [StyleDistances]) {
        let parts = StyleDistances.Part.allCases.map { part in
            let (usual, scale) = StyleLikeness.usual(part, own)
            let beyond = max(0, distances[part] - usual) / scale
            return 100 / (1 + beyond * beyond / 4)
        }
        func part(_ name: StyleDistances.Part) -> Double {
            zip(StyleDistances.Part.allCases, parts).first { $0.0 == name }?.1 ?? 0
        }
        let weights = StyleDistances.Part.allCases.map(\.weight)
        let sum = zip(parts, weights).reduce(0) { $0 + $1.0 * $1.1 }
        overall = (sum / weights.reduce(0, +) * 10).rounded() / 10
        colors = part(.colors).rounded()
        light = part(.light).rounded()
        lines = part(.lines).rounded()
        directions = part(.directions).rounded()
        texture = part(.texture).rounded()
        marks = part(.marks).rounded()
    }

    /// The distance that three of four works stay within, and the step in which more is judged:
    /// by how much works differ in it. For few works, what is usual anywhere.
    private static func usual(_ part: StyleDistances.Part, _ own: [StyleDistances]) -> (
        Double, Double
    ) {
        let sorted = own.map { $0[part] }.sorted()
        guard sorted.count >= 3 else { return (part.typical, part.typical / 4) }
        let usual = max(sorted[sorted.count * 3 / 4], part.typical / 3)
        return (usual, max(usual - sorted[0], usual * 0.12))
    }
}

/// A style made ready to compare pictures with.
package struct StyleComparison {
    let measures: WorkMeasures
    let descriptors: TextureDescriptors
    let own: [StyleDistances]
    /// The patches taken of each work, so of the picture.
    let patchesOfWork: Int
    let patches: Int

    /// How like a picture of at least 64 pixels a side is to the style.
    package func likeness(of picture: Picture) -> StyleLikeness {
        let canvas = Canvas(picture)
        var marks = TextureDescriptors()
        marks.add(canvas, atMost: patchesOfWork)
        let distances = StyleDistances(
            of: WorkMeter.measure(canvas), from: measures,
            marks: StyleDistances.marks(
                of: marks, from: descriptors, leavingOut: nil, atMost: patches))
        return StyleLikeness(distances: distances, own: own)
    }
}

extension StyleModel {
    /// The patches of all works together that a picture is compared with, at most about.
    private static let patchesOfAll = 12_000
    /// The patches that look for their nearest, of each side.
    private static let patches = 400
    /// How many works, spread over all, are compared with the others to learn what is usual.
    private static let judges = 24

    /// How like a picture is to this style.
    ///
    /// A picture that the model learned from is judged like any other: it comes out at or near 100.
    ///
    /// - Parameter picture: Any picture of at least ``Limits/workSide`` pixels a side.
    /// - Throws: ``StyleError/workTooSmall(width:height:limit:)``.
    public func likeness(of picture: Picture) throws(StyleError) -> StyleLikeness {
        guard min(picture.width, picture.height) >= Limits.workSide else {
            throw .workTooSmall(
                width: picture.width, height: picture.height, limit: Limits.workSide)
        }
        return try comparison().likeness(of: picture)
    }

    /// What the model is compared by; make it once to compare several pictures.
    package func comparison() throws(StyleError) -> StyleComparison {
        var descriptors = TextureDescriptors()
        let share = max(8, Self.patchesOfAll / max(4, works.count))
        for work in works { descriptors.add(try canvas(of: work), atMost: share) }
        let step = max(1, works.count / Self.judges)
        let own = stride(from: 0, to: works.count, by: step).map { index in
            let others = works.indices.filter { $0 != index }.map { works[$0].measures }
            let marks = StyleDistances.marks(
                of: descriptors.part(index), from: descriptors, leavingOut: index,
                atMost: Self.patches)
            return StyleDistances(
                of: works[index].measures, from: WorkMeasures(sum: others), marks: marks)
        }
        return StyleComparison(
            measures: WorkMeasures(sum: works.map(\.measures)), descriptors: descriptors,
            own: works.count < 3 ? [] : own, patchesOfWork: share,
            patches: Self.patches)
    }
}
