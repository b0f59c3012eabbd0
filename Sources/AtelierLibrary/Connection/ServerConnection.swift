import AtelierProtocol
import Foundation
import HTTPTypes
import SignedObjects
import Synchronization
import SyncKit
import SyncKitHTTP

/// Requests to the account's server: signs them, decodes replies, and turns refusals into errors.
struct ServerConnection: Sendable {
    let address: HTTPAddress
    let exchange: LibraryEnvironment.Exchange
    let openStream: @Sendable () throws -> LibraryEnvironment.Stream
    let keys: DeviceKeys
    let clock: ServerClock
    let retries: RetryPolicy
    let random: @Sendable (Int) -> [UInt8]

    /// Sends a GET request, with a proof of the device unless `proves` is false.
    func get<Reply: Decodable>(
        _ target: String, as type: Reply.Type = Reply.self, proves: Bool = true
    ) async throws -> Reply {
        try await send("GET", target, body: nil, proves: proves)
    }

    /// Sends a GET request without a proof for what changes seldom.
    ///
    /// - Parameter tag: The tag of what is known; nil for nothing.
    /// - Returns: The reply and its tag; nil where what is known is still the present one.
    func getUnlessKnown<Reply: Decodable>(
        _ target: String, as type: Reply.Type = Reply.self, tag: String?
    ) async throws -> (reply: Reply, tag: String)? {
        var headers: HTTPFields = [:]
        if let tag { headers[.ifNoneMatch] = tag }
        let message = HTTPMessage(method: "GET", target: target, headers: headers)
        let reply = try await retries.ask { _ in try await exchange(message) }
        clock.observe(reply)
        if reply.status == 304, tag != nil { return nil }
        let value: Reply = try Self.decoded(reply, to: "GET", target)
        let given = reply.headers[.eTag] ?? ""
        return (value, given.utf8.count <= Limits.tagLength ? given : "")
    }

    /// Sends a POST request with a JSON body and a proof of the device.
    func post<Reply: Decodable>(
        _ target: String, _ body: some Encodable & Sendable, as type: Reply.Type = Reply.self
    ) async throws -> Reply {
        try await send(
            "POST", target, body: try CanonicalJSON.encode(body), proves: true)
    }

    /// Reads the account's event stream until the server ends it.
    func events(_ onEvent: @escaping @Sendable (AccountEvent) -> Void) async throws {
        let stream = try openStream()
        let reply = try await again {
            let reader = Mutex(EventStreamReader())
            let message = HTTPMessage(
                method: "GET", target: AccountEvent.target,
                headers: try proof("GET", AccountEvent.target, []))
            return try await stream(message) { bytes in
                for event in reader.withLock({ $0.read(bytes) })
                where event.name == AccountEvent.name {
                    let event = try? CanonicalJSON.decode(
                        AccountEvent.self, from: Data(event.data))
                    if let event { onEvent(event) }
                }
            }
        }
        guard reply.status == 200 else { throw Self.refusal(reply) }
    }

    /// The key rotations after an epoch, oldest first and without a gap.
    ///
    /// - Throws: ``AccountError/unexpectedReply(_:)`` where one is not signed by
    ///   `accountKey`, or is not the next.
    func keyRotations(
        after epoch: UInt32, signedBy accountKey: VerifyingKey
    ) async throws -> [KeyRotation] {
        var found: [KeyRotation] = []
        while true {
            let last = found.last?.epoch ?? epoch
            let list = try await get("/v1/keys?after=\(last)", as: KeyRotationList.self)
            if list.rotations.isEmpty { return found }
            for text in list.rotations {
                let rotation = try? JWS<KeyRotation>(verifying: text, with: accountKey).payload
                guard let rotation, rotation.account == AccountID(key: accountKey),
                    rotation.epoch == (found.last?.epoch ?? epoch) + 1
                else { throw AccountError.unexpectedReply("a key that the account did not sign") }
                found.append(rotation)
            }
        }
    }

    /// SyncKit's transport over this connection.
    var transport: HTTPTransport {
        HTTPTransport(
            exchange: { message in
                let reply = try await retries.ask { before in
                    try await exchange(before == 0 ? message : try signedAgain(message))
                }
                clock.observe(reply)
                return reply
            },
            authorize: { method, target, body in try proof(method, target, body) },
            explain: { reply in
                let refusal = Self.refusal(reply)
                return switch (refusal as? Problem)?.type {
                case .fork, .rewind: ForkedChain()
                case .suspended: WritingRefused()
                default: refusal
                }
            })
    }

    /// The error that a reply of another status than 200 to 202 stands for.
    static func refusal(_ reply: HTTPReply) -> any Error {
        let problem = try? CanonicalJSON.decode(Problem.self, from: Data(reply.body))
        if let problem { return problem }
        // A proxy answered: the server itself would have sent a problem.
        guard ![502, 503, 504].contains(reply.status) else {
            return HTTPFailure.away(status: reply.status)
        }
        return HTTPFailure.unexpectedReply("it has status \(reply.status)")
    }

    private func send<Reply: Decodable>(
        _ method: String, _ target: String, body: [UInt8]?, proves: Bool
    ) async throws -> Reply {
        let reply = try await retries.ask { _ in
            try await again {
                try await sendOnce(method, target, body: body, proves: proves)
            }
        }
        return try Self.decoded(reply, to: method, target)
    }

    private static func decoded<Reply: Decodable>(
        _ reply: HTTPReply, to method: String, _ target: String
    ) throws -> Reply {
        guard (200...202).contains(reply.status) else { throw refusal(reply) }
        do {
            return try CanonicalJSON.decode(Reply.self, from: Data(reply.body))
        } catch {
            throw AccountError.unexpectedReply("the answer to \(method) \(target.prefix(40))")
        }
    }

    private func sendOnce(
        _ method: String, _ target: String, body: [UInt8]?, proves: Bool
    ) async throws -> HTTPReply {
        var headers = proves ? try proof(method, target, body ?? []) : [:]
        if body != nil { headers[.contentType] = "application/json" }
        return try await exchange(
            HTTPMessage(method: method, target: target, headers: headers, body: body))
    }

    /// Sends once more where the server refused the proof's time: its reply tells the server's
    /// time, by which the second proof is made.
    private func again(_ ask: () async throws -> HTTPReply) async throws -> HTTPReply {
        let first = try await ask()
        clock.observe(first)
        guard (Self.refusal(first) as? Problem)?.type == .clockWrong else { return first }
        let second = try await ask()
        clock.observe(second)
        return second
    }

    /// The message with a new proof: each is accepted once.
    private func signedAgain(_ message: HTTPMessage) throws -> HTTPMessage {
        var message = message
        let proof = try proof(message.method, message.target, message.body ?? [])
        message.headers[.atelierProof] = proof[.atelierProof]
        return message
    }

    private func proof(
        _ method: String, _ target: String, _ body: [UInt8]
    ) throws -> HTTPFields {
        let proof = RequestProof(
            device: keys.device, method: method, target: target, body: Digest(of: body),
            time: clock.now, nonce: ProofNonce(checked: random(ProofNonce.byteCount)))
        return [.atelierProof: try JWS(signing: proof, with: keys.signing).compact]
    }
}
