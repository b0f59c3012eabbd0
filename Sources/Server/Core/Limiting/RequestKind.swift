/// What a member's request asks for, as far as limits differ.
enum RequestKind: String, Sendable {
    case account
    case ledger
    case push
    case chunkIn = "chunk-in"
    case chunkOut = "chunk-out"

    /// How many of them one account may make in a minute.
    func limit(by policy: ServerPolicy) -> Int {
        switch self {
        case .account, .ledger: policy.requestsPerMinute
        case .push: policy.segmentsPerMinute
        case .chunkIn, .chunkOut: policy.chunksPerMinute
        }
    }
}
