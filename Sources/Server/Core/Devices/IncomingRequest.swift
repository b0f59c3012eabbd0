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
    /// Where it came from.
    let sender: Sender
}
