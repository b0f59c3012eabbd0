public import SignedObjects
import SystemSupport

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

/// A spend in the journal, and what its owner needs to finish the generation.
public struct JournalEntry: Sendable, Equatable {
    /// The spend.
    public let spend: JWS<Spend>
    /// What the caller needs to generate the same body again after a crash. Not signed, not sent.
    public let resume: [UInt8]

    /// A spend with at most ``LedgerLimits/resumeBytes`` bytes to resume from.
    public init(spend: JWS<Spend>, resume: [UInt8] = []) {
        self.spend = spend
        self.resume = resume
    }
}

/// The first line of a journal: whose it is.
struct JournalHeader: Sendable, Equatable {
    let journal: JournalID
    let account: AccountID
    let device: DeviceID

    init(journal: JournalID, account: AccountID, device: DeviceID) {
        self.journal = journal
        self.account = account
        self.device = device
    }

    /// Reads the line without its line feed, else nil.
    init?(line: String) {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard
            parts.count == 4, parts[0] == Self.magic, let journal = JournalID(hex: parts[1]),
            let account = AccountID(hex: parts[2]), let device = DeviceID(hex: parts[3])
        else { return nil }
        self.init(journal: journal, account: account, device: device)
    }

    var line: String { "\(Self.magic) \(journal) \(account) \(device)\n" }

    /// True where `spend` is this journal's next after `last`.
    func accepts(_ spend: Spend, after last: JournalEntry?) -> Bool {
        spend.journal == journal && spend.account == account && spend.device == device
            && spend.number == (last?.spend.payload.number ?? 0) + 1
            && spend.previous == last?.spend.digest ?? .zero
    }

    /// True where `giveBack` is by this journal's device.
    func accepts(_ giveBack: Return) -> Bool {
        giveBack.account == account && giveBack.device == device
    }

    private static let magic = "atelier-journal-1"
}

/// The whole lines at the start of some bytes, and whether a torn one follows them.
///
/// Torn is what a crash leaves: no line feed at the end, or zeros where the bytes never arrived.
struct JournalLines {
    let lines: [String]
    let wholeBytes: Int
    let hasTornLine: Bool

    init(_ bytes: [UInt8]) {
        var pieces = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let rest = pieces.popLast() ?? []
        if rest.isEmpty, let last = pieces.last, last.contains(0) { pieces.removeLast() }
        lines = pieces.map { String(decoding: $0, as: UTF8.self) }
        wholeBytes = pieces.reduce(0) { $0 + $1.count + 1 }
        hasTornLine = wholeBytes < bytes.count
    }
}
