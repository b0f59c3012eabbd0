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
        let reader = HeadReader()
        return try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                defer { continuation.finish() }
                let reply = try await stream(message) { bytes in
                    for head in reader.heads(in: bytes) { continuation.yield(head) }
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

/// The heads in a stream of events that are objects with a member `head`.
private final class HeadReader: Sendable {
    private let reader = Mutex(EventStreamReader())

    /// What a piece of the stream completes.
    func heads(in bytes: [UInt8]) -> [ServerSequence] {
        reader.withLock { $0.read(bytes) }.compactMap { event in
            let head = try? JSONDecoder().decode(Standing.self, from: Data(event.data)).head
            return head.flatMap { $0 >= 0 ? ServerSequence($0) : nil }
        }
    }

    private struct Standing: Decodable {
        let head: Int64
    }
}
