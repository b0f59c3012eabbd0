public import SignedObjects

/// A spend in the journal, and what its owner needs to finish the generation.
public struct JournalEntry: Sendable, Equatable {
    /// The spend.
    public let spend: JWS<Spend>
    /// What the caller needs to generate the same body again after a crash. Not signed, not sent.
    public let resume: [UInt8]

    /// Takes every field.
    public init(spend: JWS<Spend>, resume: [UInt8] = []) {
        self.spend = spend
        self.resume = resume
    }
}
