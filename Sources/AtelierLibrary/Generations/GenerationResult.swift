/// What generating made.
public struct GenerationResult: Codable, Sendable {
    /// The generation.
    public let generation: Generation
    /// True where the same body was paid for before: nothing was spent.
    public let isRepeat: Bool
    /// How many credits are usable on this device now.
    public let creditsLeft: Int
}

/// What resuming did.
public struct ResumeResult: Codable, Sendable {
    /// A paid generation that could not be finished.
    public struct Unfinished: Codable, Sendable {
        /// What the model was called.
        public let modelName: String
        /// Why.
        public let reason: String
    }

    /// Finished now.
    public let finished: [GenerationResult]
    /// Left for later.
    public let unfinished: [Unfinished]
}
