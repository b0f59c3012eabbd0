/// Why the artist may let a model learn from a work.
public enum RightsBasis: String, Codable, Sendable {
    /// The artist made it and holds the rights.
    case mine
    /// Somebody else made it and allows this.
    case licensed
}
