import Foundation

/// The way to a sync server over HTTP: `POST /v1/segments` and `GET /v1/segments?after=N`.
///
/// It knows nothing of accounts: who asks, and what a refusal means, is told by two closures.
public struct HTTPTransport: Transport {
    /// Sends one message.
    public typealias Exchange = @Sendable (HTTPMessage) async throws -> HTTPReply
    /// The headers that prove who asks, for method, target and body.
    public typealias Authorize =
        @Sendable (_ method: String, _ target: String, _ body: [UInt8]) throws -> [(
            name: String, value: String
        )]
    /// The error that a status other than 200 and 201 stands for.
    public typealias Explain = @Sendable (HTTPReply) -> any Error

    private let exchange: Exchange
    private let authorize: Authorize
    private let explain: Explain

    /// A transport over `exchange`, such as ``HTTPClient/send(_:)``.
    public init(
        exchange: @escaping Exchange, authorize: @escaping Authorize, explain: @escaping Explain
    ) {
        self.exchange = exchange
        self.authorize = authorize
        self.explain = explain
    }

    /// Hands over one segment.
    ///
    /// - Throws: What `explain` makes of a refusal; ``HTTPFailure``.
    public func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        let reply = try await send("POST", "/v1/segments", body: segment.bytes)
        guard let answer = try? JSONDecoder().decode(PushAnswer.self, from: Data(reply.body)) else {
            throw HTTPFailure.unexpectedReply("the answer to a segment is not what it should be")
        }
        return PushAcknowledgement(
            sequence: answer.sequence, serverMilliseconds: answer.time, epoch: answer.epoch)
    }

    /// Asks for the segments after a place in the account's order.
    ///
    /// - Throws: What `explain` makes of a refusal; ``HTTPFailure``.
    public func pull(after sequence: Int64) async throws -> PulledPage {
        let reply = try await send("GET", "/v1/segments?after=\(sequence)", body: nil)
        guard
            let time = reply.headers["atelier-time"].flatMap(Int64.init), time >= 0,
            let epoch = reply.headers["atelier-epoch"].flatMap(Int.init)
        else { throw HTTPFailure.unexpectedReply("the page says no time or epoch") }
        return PulledPage(
            segments: try Self.segments(in: reply.body), serverMilliseconds: time, epoch: epoch)
    }

    private func send(_ method: String, _ target: String, body: [UInt8]?) async throws -> HTTPReply
    {
        var headers = try authorize(method, target, body ?? [])
        if body != nil { headers.append(("Content-Type", "application/octet-stream")) }
        let message = HTTPMessage(method: method, target: target, headers: headers, body: body)
        let reply = try await exchange(message)
        guard reply.status == 200 || reply.status == 201 else { throw explain(reply) }
        return reply
    }

    /// Frames: 8 bytes of sequence and 4 of length, big-endian, then the segment.
    static func segments(in body: [UInt8]) throws -> [SequencedSegment] {
        var segments: [SequencedSegment] = []
        var rest = body[...]
        while !rest.isEmpty {
            guard rest.count >= 12 else { throw truncated }
            let head = Array(rest.prefix(12))
            let sequence = head[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let length = head[8..<12].reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(12)
            guard let place = Int64(exactly: sequence), rest.count >= length else {
                throw truncated
            }
            segments.append(SequencedSegment(sequence: place, bytes: Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return segments
    }

    private static var truncated: HTTPFailure { .unexpectedReply("a page of segments is cut off") }

    private struct PushAnswer: Decodable {
        let sequence: Int64
        let epoch: Int
        let time: Int64
    }
}
