public import AtelierProtocol
public import Provenance
public import SignedObjects

/// By which right a model may learn from a work.
public enum WorkRights: Equatable, Sendable {
    /// The artist made it and holds the rights.
    case mine
    /// Somebody else made it; the text of the licence that allows this.
    case licensed(String)
    /// Somebody else ordered it; the text of the agreement that allows this.
    case commissioned(String)

    /// Which of the three it is.
    public var basis: WorkBasis {
        switch self {
        case .mine: .mine
        case .licensed: .licensed
        case .commissioned: .commissioned
        }
    }

    /// The licence's or agreement's text; empty for ``mine``.
    public var text: String {
        switch self {
        case .mine: ""
        case .licensed(let text), .commissioned(let text): text
        }
    }
}

/// What the artist says of the training marks in a file.
public enum MarkAnswer: String, Codable, Sendable {
    /// Nothing.
    case none
    /// They are the artist's own.
    case own
    /// The artist looked at those that cannot be read here, and they forbid nothing.
    case checked
}

/// A statement, signed by a device, of the rights by which a model may learn from a work.
public struct RightsStatement: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-rights+jws"

    /// SHA-256 of the work's file.
    public let work: Digest
    /// Why the artist may use it.
    public let basis: WorkBasis
    /// The licence's or agreement's text; empty for `mine`.
    public let licence: String
    /// The training marks that were found in the file, those that stand in the way first; at most
    /// ``Limits/recordedMarks``.
    public let marks: [TrainingMark]
    /// How many more were found.
    public let otherMarks: Int
    /// What the artist said of them.
    public let answer: MarkAnswer
    /// The key that signed this.
    public let deviceKey: VerifyingKey
    /// When it was signed.
    public let time: UnixTime

    /// A statement to be signed with the private half of `deviceKey`.
    public init(
        work: Digest, rights: WorkRights, marks: [TrainingMark] = [], answer: MarkAnswer = .none,
        deviceKey: VerifyingKey, time: UnixTime
    ) {
        self.work = work
        basis = rights.basis
        licence = rights.text
        self.marks = Array(marks.prefix(Limits.recordedMarks))
        otherMarks = max(0, marks.count - Limits.recordedMarks)
        self.answer = answer
        self.deviceKey = deviceKey
        self.time = time
    }
}
