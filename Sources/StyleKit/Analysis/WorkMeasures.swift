/// What is counted in one work: whole numbers, so that every machine finds the same.
///
/// A model keeps them for each work, so that works are added and removed without measuring the
/// others again, and a style is the plain sum of its works.
struct WorkMeasures: Sendable, Equatable {
    static let lightnessBins = 16
    static let strokeBins = 16
    static let directions = 12
    static let scales = 7

    /// The colours of up to 65,536 pixels on a grid.
    var colors = ColorCounts()
    /// Pixels by lightness, dark to light.
    var lightness = [Int](repeating: 0, count: WorkMeasures.lightnessBins)
    /// Length of dark lines by their width.
    var strokes = [Int](repeating: 0, count: WorkMeasures.strokeBins)
    /// Strength of edges by their direction.
    var edges = [Int](repeating: 0, count: WorkMeasures.directions)
    /// Change of lightness by scale, fine to coarse.
    var texture = [Int](repeating: 0, count: WorkMeasures.scales)
    /// The pixels that were looked at.
    var area = 0

    /// The sum over several works.
    init(sum measures: [WorkMeasures]) {
        for one in measures {
            colors.add(one.colors)
            lightness = Self.sum(lightness, one.lightness)
            strokes = Self.sum(strokes, one.strokes)
            edges = Self.sum(edges, one.edges)
            texture = Self.sum(texture, one.texture)
            area += one.area
        }
    }

    init() {}

    private static func sum(_ left: [Int], _ right: [Int]) -> [Int] {
        zip(left, right).map { $0 + $1 }
    }
}
