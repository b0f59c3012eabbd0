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
    init(gaps: StyleGaps, own: [StyleGaps]) {
        let parts = StyleGaps.Part.allCases.map { part in
            let (usual, scale) = StyleLikeness.usual(part, own)
            let beyond = max(0, gaps[part] - usual) / scale
            return 100 / (1 + beyond * beyond / 4)
        }
        func part(_ name: StyleGaps.Part) -> Double {
            zip(StyleGaps.Part.allCases, parts).first { $0.0 == name }?.1 ?? 0
        }
        let weights = StyleGaps.Part.allCases.map(\.weight)
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
    private static func usual(_ part: StyleGaps.Part, _ own: [StyleGaps]) -> (Double, Double) {
        let sorted = own.map { $0[part] }.sorted()
        guard sorted.count >= 3 else { return (part.anywhere, part.anywhere / 4) }
        let usual = max(sorted[sorted.count * 3 / 4], part.anywhere / 3)
        return (usual, max(usual - sorted[0], usual * 0.12))
    }
}
