import Foundation
public import HTTPTypes
public import SyncKit
import SystemSupport

/// The way to a sync server over HTTP: segments under `/v1/segments`, snapshots under
/// `/v1/snapshot` and `/v1/snapshots`.
///
/// It knows nothing of accounts: who asks, and what a refusal means, is told by two closures.
public struct HTTPTransport: Transport {
    /// Sends one message.
    public typealias Exchange = @Sendable (HTTPMessage) async throws -> HTTPReply
    /// The header fields that prove who asks, for method, target and body.
    public typealias Authorize =
        @Sendable (_ method: String, _ target: String, _ body: [UInt8]) throws -> HTTPFields
    /// The error that a status which is no answer stands for.
    public typealias Explain = @Sendable (HTTPReply) -> any Error

    /// Sends one message and hands on the reply's body as it comes.
    public typealias Stream =
        @Sendable (HTTPMessage, @escaping @Sendable ([UInt8]) -> Void) async throws -> HTTPReply

    private let exchange: Exchange
    let stream: Stream?
    let authorize: Authorize
    let explain: Explain

    /// A transport over `exchange`, such as ``HTTPClient/send(_:)``.
    ///
    /// - Parameter stream: To wait for news, such as ``HTTPClient/stream(_:onBytes:)`` of a client
    ///   of its own, as a client sends one message at a time; without a total time, and with a
    ///   stall time of over half a minute, as the server speaks so seldom.
    public init(
        exchange: @escaping Exchange, stream: Stream? = nil, authorize: @escaping Authorize,
        explain: @escaping Explain
    ) {
        self.exchange = exchange
        self.stream = stream
        self.authorize = authorize
        self.explain = explain
    }

    /// Hands over one segment.
    ///
    /// - Throws: What `explain` makes of a refusal; ``HTTPFailure``.
    public func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        let reply = try await send("POST", "/v1/segments", body: segment.bytes)
        guard
            let answer = try? JSONDecoder().decode(PushAnswer.self, from: Data(reply.body)),
            answer.sequence > 0
        else {
            throw HTTPFailure.unexpectedReply("the answer to a segment is not what it should be")
        }
        return PushAcknowledgement(
            sequence: ServerSequence(answer.sequence), historyHash: try Self.historyHash(in: reply),
            server: try Self.serverState(in: reply))
    }

    /// Asks for the segments after a sequence.
    ///
    /// - Throws: What `explain` makes of a refusal; ``HTTPFailure``.
    public func pull(_ request: PullRequest) async throws -> PulledPage {
        var target = "/v1/segments?after=\(request.sequence)"
        if let hash = request.historyHash { target += "&history=" + Hexadecimal.encode(hash) }
        if request.mergedSequence < request.sequence {
            target += "&merged=\(request.mergedSequence)"
        }
        let reply = try await send("GET", target, body: nil)
        return PulledPage(
            segments: try Self.segments(in: reply.body),
            historyHash: try Self.historyHash(in: reply),
            isOtherHistory: reply.headers[.history] == "other",
            server: try Self.serverState(in: reply))
    }

    /// Hands over one chunk of a snapshot.
    ///
    /// - Throws: ``SnapshotRefused``; what `explain` makes of another refusal; ``HTTPFailure``.
    public func push(_ chunk: SnapshotChunk) async throws {
        let snapshot = chunk.snapshot
        let target =
            "/v1/snapshots/\(Hexadecimal.encode(snapshot.id))/\(chunk.index)"
            + "?of=\(snapshot.chunkCount)&cursor=\(snapshot.cursor)"
        let reply = try await send(
            "PUT", target, body: chunk.bytes, accepting: [200, 201, 400, 413])
        guard reply.status < 300 else { throw SnapshotRefused(reason: "\(explain(reply))") }
    }

    /// The newest snapshot that is there in full, or nil where there is none.
    ///
    /// - Throws: What `explain` makes of a refusal; ``HTTPFailure``.
    public func newestSnapshot() async throws -> SnapshotManifest? {
        let reply = try await send("GET", "/v1/snapshot", body: nil, accepting: [200, 404])
        guard reply.status != 404 else { return nil }
        guard
            let answer = try? JSONDecoder().decode(SnapshotAnswer.self, from: Data(reply.body)),
            let id = Hexadecimal.decode(answer.id, byteCount: 16), answer.cursor >= 0,
            (1...Limits.chunks).contains(answer.chunks)
        else { throw HTTPFailure.unexpectedReply("what it says of a snapshot cannot be") }
        return SnapshotManifest(
            id: id, cursor: ServerSequence(answer.cursor), chunkCount: answer.chunks)
    }

    /// One chunk of a snapshot.
    ///
    /// - Throws: ``SnapshotGone``; what `explain` makes of a refusal; ``HTTPFailure``.
    public func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
        let target = "/v1/snapshots/\(Hexadecimal.encode(snapshot.id))/\(index)"
        let reply = try await send("GET", target, body: nil, accepting: [200, 404])
        guard reply.status != 404 else { throw SnapshotGone() }
        guard reply.body.count <= Limits.segmentBytes else {
            throw HTTPFailure.unexpectedReply("a chunk of a snapshot is too large")
        }
        return reply.body
    }

    private func send(
        _ method: String, _ target: String, body: [UInt8]?, accepting: Set<Int> = [200, 201]
    ) async throws -> HTTPReply {
        var headers = try authorize(method, target, body ?? [])
        if body != nil { headers[.contentType] = "application/octet-stream" }
        let message = HTTPMessage(method: method, target: target, headers: headers, body: body)
        let reply = try await exchange(message)
        guard accepting.contains(reply.status) else { throw explain(reply) }
        return reply
    }

    /// What every answer to a push or a pull tells in its headers; a repeated one is no number.
    private static func serverState(in reply: HTTPReply) throws(HTTPFailure) -> ServerState {
        let number = { (name: HTTPField.Name) in reply.headers[name].flatMap(Int64.init) }
        guard
            let time = number(.time), let epoch = number(.epoch),
            let head = number(.head), let floor = number(.floor),
            let horizon = number(.horizon),
            time >= 0, head >= 0, (0...head).contains(floor), (0...head).contains(horizon)
        else { throw .unexpectedReply("its headers do not say where the server stands") }
        return ServerState(
            milliseconds: time, epoch: Int(epoch), head: ServerSequence(head),
            floor: ServerSequence(floor), horizon: ServerSequence(horizon),
            acceptsWrites: reply.headers[.writing] != "refused")
    }

    /// What tells the server's history up to the sequence that the answer ends with.
    private static func historyHash(in reply: HTTPReply) throws(HTTPFailure) -> [UInt8]? {
        guard let text = reply.headers[.historyHash] else { return nil }
        guard let historyHash = Hexadecimal.decode(text, byteCount: 16) else {
            throw .unexpectedReply("its history hash is not 32 hexadecimal digits")
        }
        return historyHash
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
            guard let number = Int64(exactly: sequence), rest.count >= length else {
                throw truncated
            }
            segments.append(
                SequencedSegment(
                    sequence: ServerSequence(number), bytes: Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return segments
    }

    private static var truncated: HTTPFailure { .unexpectedReply("a page of segments is cut off") }

    private struct PushAnswer: Decodable {
        let sequence: Int64
    }

    private struct SnapshotAnswer: Decodable {
        let id: String
        let cursor: Int64
        let chunks: Int
    }
}

/// What answers to pushes and pulls tell; see "Headers" of the protocol.
extension HTTPField.Name {
    fileprivate static let time = known("Atelier-Time")
    fileprivate static let epoch = known("Atelier-Epoch")
    fileprivate static let head = known("Atelier-Head")
    fileprivate static let floor = known("Atelier-Floor")
    fileprivate static let horizon = known("Atelier-Horizon")
    fileprivate static let writing = known("Atelier-Writing")
    fileprivate static let history = known("Atelier-History")
    fileprivate static let historyHash = known("Atelier-History-Hash")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("\(name) is not the name of a header")
        }
        return field
    }
}
