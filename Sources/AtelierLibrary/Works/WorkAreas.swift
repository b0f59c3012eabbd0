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
