/// A work that looks nearly like another: scaled, recompressed, toned, turned or mirrored.
public struct Resemblance: Codable, Equatable, Sendable {
    /// The work that was there.
    public let work: WorkID
    /// What the artist calls it.
    public let title: String
    /// How many bits of 256 differ between the fingerprints, at most `Fingerprint.matchDistance`.
    public let differingBits: Int
}
