/// How similar a picture is to a style, 0 to 100: at 100 it is as similar as three of four of the
/// artist's works are to the others.
///
/// Each part compares one measure on the scale on which the works differ from each other: a style
/// of varied colours tolerates other colours. Content is not compared.
public struct StyleLikeness: Sendable, Equatable, Codable {
    /// The weighted mean of all parts.
    public let overall: Double
    /// Whether its colours are the works' colours, and the works' main colours are in it.
    public let colors: Double
    /// The distribution of lightness.
    public let light: Double
    /// The width of dark lines.
    public let lines: Double
    /// The directions of edges.
    public let directions: Double
    /// The energy of texture at each scale, from grain to large shapes.
    public let texture: Double
    /// The local structure of lines and edges, without colour.
    public let marks: Double

    /// - Parameters:
    ///   - distances: Of the picture from all works.
    ///   - own: Of each work from the others.
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

    /// The third quartile of the distances of the works from the others, and the scale on which
    /// more is judged: the spread of those distances. For fewer than three works, what is typical
    /// of artists.
    private static func usual(_ part: StyleDistances.Part, _ own: [StyleDistances]) -> (
        Double, Double
    ) {
        let sorted = own.map { $0[part] }.sorted()
        guard sorted.count >= 3 else { return (part.typical, part.typical / 4) }
        let usual = max(sorted[sorted.count * 3 / 4], part.typical / 3)
        return (usual, max(usual - sorted[0], usual * 0.12))
    }
}

/// A style prepared for comparing several pictures with it.
package struct StyleComparison {
    let measures: WorkMeasures
    let descriptors: TextureDescriptors
    let own: [StyleDistances]
    /// The number of descriptors taken of each work, and so of the picture.
    let patchesOfWork: Int
    let patches: Int

    /// - Parameter picture: At least ``Limits/workSide`` pixels a side.
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
    /// The number of descriptors of all works together, at most about.
    private static let patchesOfAll = 12_000
    /// The number of descriptors that look for their nearest, in each direction.
    private static let patches = 400
    /// How many works, spread evenly, are compared with the others to find what is usual.
    private static let judges = 24

    /// How similar a picture is to this style.
    ///
    /// A picture that the model learned from is judged like any other, and comes out at or near
    /// 100.
    ///
    /// - Parameter picture: At least ``Limits/workSide`` pixels a side.
    /// - Throws: ``StyleError/workTooSmall(width:height:limit:)``.
    public func likeness(of picture: Picture) throws(StyleError) -> StyleLikeness {
        guard min(picture.width, picture.height) >= Limits.workSide else {
            throw .workTooSmall(
                width: picture.width, height: picture.height, limit: Limits.workSide)
        }
        return try comparison().likeness(of: picture)
    }

    /// Prepares the comparison; the costly part, done once for several pictures.
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
