import SignedObjects
public import StyleKit

/// What the artist marked on a work, for every model that learned from it.
public struct WorkAreas: Codable, Equatable, Sendable {
    /// Nothing is taken from these.
    public var avoided: [WorkArea] = []
    /// These appear whole or not at all, such as a face.
    public var keptWhole: [WorkArea] = []

    /// No areas.
    public init() {}

    /// How many there are.
    public var count: Int { avoided.count + keptWhole.count }

    /// How much of the picture some areas cover together, in per cent.
    public static func coverage(_ areas: [WorkArea]) -> Int {
        let places = stride(from: 50, to: 10_000, by: 100)
        var covered = 0
        for y in places {
            let row = areas.filter { ($0.top..<$0.bottom).contains(y) }
            covered += places.count { x in row.contains { ($0.left..<$0.right).contains(x) } }
        }
        return covered / 100
    }
}

/// A rectangle on a work as people write it: `LEFT,TOP,RIGHT,BOTTOM` in per cent of the picture,
/// two decimals at most.
public struct MarkedArea: LosslessStringConvertible, Sendable {
    /// The rectangle.
    public let area: WorkArea

    /// Wraps a rectangle.
    public init(_ area: WorkArea) {
        self.area = area
    }

    /// Reads the text form, else nil.
    public init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let edges = parts.compactMap { Double($0) }
            .filter { (0...100).contains($0) }
            .map { Int(rounding: $0 * 100) }
        guard parts.count == 4, edges.count == 4,
            let area = WorkArea(
                left: edges[0], top: edges[1], right: edges[2], bottom: edges[3])
        else { return nil }
        self.area = area
    }

    /// The text form.
    public var description: String {
        [area.left, area.top, area.right, area.bottom]
            .map { $0 % 100 == 0 ? "\($0 / 100)" : "\(Double($0) / 100)" }
            .joined(separator: ",")
    }
}
