/// What generating made.
public struct GenerationResult: Encodable, Sendable {
    /// The generation.
    public let generation: Generation
    /// True where the same body was paid for before: nothing was spent.
    public let isRepeat: Bool
    /// How many credits are usable on this device now.
    public let creditsLeft: Int
}

/// What resuming did.
public struct ResumeResult: Encodable, Sendable {
    /// A paid generation that could not be finished.
    public struct Unfinished: Encodable, Sendable {
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
