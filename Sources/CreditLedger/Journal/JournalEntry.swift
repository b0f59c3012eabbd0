public import SignedObjects

/// One line of the journal: a spend, and what its owner needs to finish the generation.
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

    /// `compact SP resume SP check LF`; the check covers the rest of the line.
    var line: String {
        let content = "\(spend.compact) \(Base64URL.encode(resume))"
        return "\(content) \(Self.check(content))\n"
    }

    /// Reads a line without its line feed, else nil.
    init?(line: some StringProtocol, deviceKey: VerifyingKey) {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard
            parts.count == 3, parts[2] == Self.check("\(parts[0]) \(parts[1])"),
            let resume = Base64URL.decode(parts[1]),
            resume.count <= LedgerLimits.resumeBytes,
            let spend = try? JWS<Spend>(verifying: String(parts[0]), with: deviceKey)
        else { return nil }
        self.init(spend: spend, resume: resume)
    }

    private static func check(_ content: String) -> String {
        Hexadecimal.encode(Digest(of: content).bytes.prefix(8))
    }
}
