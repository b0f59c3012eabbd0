/// What goes with a work.
public struct WorkRemoval: Codable, Equatable, Sendable {
    /// The work.
    public let work: Work
    /// The models that learned from it, and go with it, on every device.
    public let models: [Model]
    /// The generations by those models: they stay, flagged as source withdrawn.
    public let generations: [Generation]
}
