/// One request as far as its proof covers it.
struct IncomingRequest: Sendable {
    /// In capitals.
    let method: String
    /// Path and query as sent.
    let target: String
    /// The whole body.
    let body: [UInt8]
    /// The compact proof, where one was sent.
    let proof: String?
    /// The sender's address, where it is known.
    let address: String
}

extension IncomingRequest {
    /// Names the sender in rate counts.
    var bucket: String { "guest \(address)" }
}
