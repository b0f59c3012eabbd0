/// A work's colour on a source map.
public struct SourceColor: Codable, Equatable, Sendable {
    /// The work.
    public let work: WorkID
    /// Its colour, `#rrggbb`.
    public let color: String
    /// The part of the picture that comes from it, 0 to 1.
    public let share: Double
}
