import AtelierProtocol

/// One route as the OpenAPI document describes it.
struct APIOperation: Sendable {
    /// Who has to sign a request.
    enum Proof: Sendable {
        /// Nobody.
        case none
        /// The key that the request itself is about: its device is of no account yet.
        case ownKey
        /// A device of an account.
        case device
        /// A moderator, by the secret of their session.
        case session
    }

    /// What is sent or answered.
    enum Content: Sendable {
        /// JSON of a schema by its name.
        case json(String)
        /// Bytes that the server does not look into, or frames of them.
        case bytes(String)
        /// Text of a media type.
        case text(String)
    }

    /// In small letters.
    let method: String
    /// With `{name}` for parameters.
    let path: String
    /// The document's name for it.
    let id: String
    /// One sentence.
    let summary: String
    var proof = Proof.none
    /// The query's parameters; the path's are known by their names.
    var query: [JSON] = []
    /// What the request carries, and how many bytes at most.
    var body: (content: Content, limit: Int)?
    /// What it answers when all is well.
    var replies: [Int: Content]
    /// Whether an answer tells where the account stands, in its headers.
    var tellsState = false
    /// Causes that only this route, and few others, refuse for.
    var causes: [Problem.Kind] = []
    /// Whether it looks at nothing, not even the database.
    var isStatic = false
    /// Whether its answer never changes, and has a tag for `If-None-Match`.
    var isConstant = false

    private static let proofCauses: [Problem.Kind] = [.proofMissing, .proofInvalid, .clockWrong]

    /// Every cause that this route may refuse or fail for.
    var allCauses: Set<Problem.Kind> {
        var all = Set(causes)
        if isStatic { return all }
        all.formUnion([.unavailable, .internalError])
        if proof == .none, body == nil { return all }
        all.formUnion([.malformed, .tooLarge, .tooMany])
        switch proof {
        case .none: break
        case .ownKey: all.formUnion(Self.proofCauses)
        case .device:
            all.formUnion(Self.proofCauses)
            all.formUnion([.deviceUnknown, .deviceRevoked, .accountPending, .accountRefused])
        case .session: all.insert(.sessionInvalid)
        }
        return all
    }
}
