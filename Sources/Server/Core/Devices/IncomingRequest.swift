import AtelierProtocol
import SignedObjects

/// One request as far as its proof covers it.
struct IncomingRequest: Sendable {
    /// In capitals.
    let method: String
    /// Path and query as sent.
    let target: String
    /// The compact proof, where one was sent.
    let proof: String?
    /// Where it came from.
    let sender: Sender
    /// The whole body, and its digest.
    var body: [UInt8] = []
    var digest = Digest(of: [])
    /// The device that signed it, and its proof, as far as that was checked before the body was
    /// read; nil for requests of no account.
    var member: Member?

    /// Who signed a request.
    struct Member: Sendable {
        var caller: Caller
        let proof: RequestProof
    }
}
