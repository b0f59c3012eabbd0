/// What training made.
public struct TrainedModel: Codable, Equatable, Sendable {
    /// The model.
    public let model: Model
    /// How many chosen works were left out because their files lie on other devices.
    public let leftOut: Int
    /// The chosen works that are too small to learn from, and were left out.
    public let tooSmall: [Work]
}
