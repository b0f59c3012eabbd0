import Foundation
public import SyncKit
import Synchronization

extension HTTPTransport {
    /// Waits at the server's stream of events, `/v1/events`, until the account has segments after
    /// `sequence`. False where this transport was made without a stream.
    ///
    /// - Throws: What `explain` makes of a refusal; ``HTTPFailure``; `CancellationError`.
    public func waitForNews(after sequence: ServerSequence) async throws -> Bool {
        guard let stream else { return false }
        let target = "/v1/events"
        let message = HTTPMessage(
            method: "GET", target: target, headers: try authorize("GET", target, []), body: nil)
        let (heads, continuation) = AsyncStream.makeStream(
            of: ServerSequence.self, bufferingPolicy: .bufferingNewest(1))
        let lines = EventLines()
        return try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                defer { continuation.finish() }
                let reply = try await stream(message) { bytes in
                    for head in lines.heads(in: bytes) { continuation.yield(head) }
                }
                guard reply.status == 200 else { throw explain(reply) }
                return nil
            }
            group.addTask {
                for await head in heads where head > sequence { return true }
                return nil
            }
            defer { group.cancelAll() }
            while let isNews = try await group.next() {
                if isNews == true { return true }
            }
            // The server closed the stream, as when it is restarted.
            throw HTTPFailure.unexpectedReply("its stream of events has ended")
        }
    }
}

/// The heads in a `text/event-stream` whose events are objects with a member `head`.
private final class EventLines: Sendable {
    private struct Line {
        var bytes: [UInt8] = []
        var isTooLong = false
    }

    private let line = Mutex(Line())

    /// What a piece of the stream completes.
    func heads(in bytes: [UInt8]) -> [ServerSequence] {
        line.withLock { line in
            var heads: [ServerSequence] = []
            for byte in bytes {
                if byte == UInt8(ascii: "\n") {
                    if !line.isTooLong, let head = Self.head(in: line.bytes) { heads.append(head) }
                    line = Line()
                } else if line.bytes.count < HTTPLimits.eventLineBytes {
                    line.bytes.append(byte)
                } else {
                    line.isTooLong = true
                }
            }
            return heads
        }
    }

    private static func head(in line: [UInt8]) -> ServerSequence? {
        let prefix = Array("data:".utf8)
        guard
            line.starts(with: prefix),
            let event = try? JSONDecoder().decode(Event.self, from: Data(line[prefix.count...])),
            event.head >= 0
        else { return nil }
        return ServerSequence(event.head)
    }

    private struct Event: Decodable {
        let head: Int64
    }
}
