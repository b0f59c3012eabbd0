import SignedObjects

/// One line of the journal after its header.
enum JournalRecord: Sendable, Equatable {
    /// A lease was used.
    case spend(JournalEntry)
    /// A lease was given back.
    case giveBack(JWS<Return>)

    /// `compact SP resume SP check LF`; the check covers the rest of the line, and a return has no
    /// resume data.
    var line: String {
        let content =
            switch self {
            case .spend(let entry): "\(entry.spend.compact) \(Base64URL.encode(entry.resume))"
            case .giveBack(let giveBack): "\(giveBack.compact) "
            }
        return "\(content) \(Self.check(content))\n"
    }

    /// Reads a line without its line feed, else nil.
    init?(line: some StringProtocol, deviceKey: VerifyingKey) {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard
            parts.count == 3, parts[2] == Self.check("\(parts[0]) \(parts[1])"),
            let resume = Base64URL.decode(parts[1]),
            resume.count <= LedgerLimits.resumeBytes
        else { return nil }
        let compact = String(parts[0])
        if let spend = try? JWS<Spend>(verifying: compact, with: deviceKey) {
            self = .spend(JournalEntry(spend: spend, resume: resume))
        } else if resume.isEmpty, let back = try? JWS<Return>(verifying: compact, with: deviceKey) {
            self = .giveBack(back)
        } else {
            return nil
        }
    }

    private static func check(_ content: String) -> String {
        Hexadecimal.encode(Digest(of: content).bytes.prefix(8))
    }
}
