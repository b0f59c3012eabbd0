import SignedObjects
public import StyleKit

/// The areas that the artist marked on a work; they hold for every model that learned from it.
public struct WorkAreas: Codable, Equatable, Sendable {
    /// Areas from which no model takes anything.
    public var avoided: [WorkArea] = []
    /// Areas that appear whole or not at all, such as a face.
    public var keptWhole: [WorkArea] = []

    /// No areas.
    public init() {}

    /// How many there are.
    public var count: Int { avoided.count + keptWhole.count }

    /// The part of the picture that some areas cover together, 0 to 100 per cent.
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

/// A rectangle on a work in text form: `LEFT,TOP,RIGHT,BOTTOM` in per cent of the picture,
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
