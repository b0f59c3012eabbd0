/// Where a request came from, as far as it is known.
package struct Sender: Hashable, Sendable, CustomStringConvertible {
    /// The address; nil where there is none, as in a test in process.
    package let address: NetworkAddress?

    /// What one sender counts as: all of the 64 bits that one customer of a provider has.
    package var network: NetworkAddress? { address?.network }

    /// Names the sender in counts.
    package var description: String { network?.description ?? "local" }
}

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
