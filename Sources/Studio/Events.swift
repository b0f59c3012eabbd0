import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SignedObjects
import Synchronization

/// What the open pages are told.
package enum StudioEvent: Sendable {
    /// Tables were written, by whomever.
    case changed([String])
    /// A job's state.
    case job(JobReport)

    private struct Tables: Encodable {
        let tables: [String]
    }

    /// The event as a message of a stream of server-sent events.
    func message() throws -> ByteBuffer {
        let (name, json) =
            switch self {
            case .changed(let tables):
                ("changed", try CanonicalJSON.encoder.encode(Tables(tables: tables)))
            case .job(let report): ("job", try CanonicalJSON.encoder.encode(report))
            }
        var buffer = ByteBuffer(string: "event: \(name)\ndata: ")
        buffer.writeBytes(json)
        buffer.writeString("\n\n")
        return buffer
    }
}

/// Carries events to the open pages, and counts them.
package final class EventHub: Sendable {
    private struct State {
        var followers: [Int: AsyncStream<StudioEvent>.Continuation] = [:]
        var next = 0
        var idleSince: ContinuousClock.Instant
    }

    private let state: Mutex<State>
    private let clock: @Sendable () -> ContinuousClock.Instant

    /// No page is open yet.
    package init(clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.clock = clock
        state = Mutex(State(idleSince: clock()))
    }

    /// Tells all open pages. A page that does not read misses the oldest events, and asks again
    /// for what changed when it reads.
    package func tell(_ event: StudioEvent) {
        let followers = state.withLock { Array($0.followers.values) }
        for follower in followers { follower.yield(event) }
    }

    /// How long no page has been open; zero while one is.
    package var idleTime: Duration {
        state.withLock { $0.followers.isEmpty ? clock() - $0.idleSince : .zero }
    }

    /// The events from now on, until the page closes.
    ///
    /// - Throws: ``APIError`` where too many pages are open.
    package func follow() throws -> AsyncStream<StudioEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: StudioEvent.self, bufferingPolicy: .bufferingNewest(Limits.waitingEvents))
        let number = try state.withLock { state in
            guard state.followers.count < Limits.followers else {
                throw APIError(
                    code: "too-many-pages", what: "Too many pages are open. Close one.",
                    status: .tooManyRequests)
            }
            state.next += 1
            state.followers[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.leave(number) }
        return stream
    }

    /// Ends all streams, as the program ends.
    func close() {
        let followers = state.withLock { Array($0.followers.values) }
        for follower in followers { follower.finish() }
    }

    private func leave(_ number: Int) {
        state.withLock { state in
            state.followers[number] = nil
            if state.followers.isEmpty { state.idleSince = clock() }
        }
    }

    /// A stream of events for one page. A comment each ``Limits/beat`` shows whether the page is
    /// still there: nothing else tells that a browser was killed.
    func response() throws -> Response {
        let events = try follow()
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: .init { writer in
                try await writer.write(ByteBuffer(string: ": open\n\n"))
                for await event in self.merged(events) {
                    try await writer.write(
                        event.map { try $0.message() } ?? ByteBuffer(string: ": beat\n\n"))
                }
                try await writer.finish(nil)
            })
    }

    /// The events, and nil for each beat.
    private func merged(_ events: AsyncStream<StudioEvent>) -> AsyncStream<StudioEvent?> {
        AsyncStream(bufferingPolicy: .bufferingNewest(Limits.waitingEvents)) { continuation in
            let carrier = Task {
                for await event in events { continuation.yield(event) }
                continuation.finish()
            }
            let beats = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: Limits.beat)
                    continuation.yield(nil)
                }
            }
            continuation.onTermination = { _ in
                carrier.cancel()
                beats.cancel()
            }
        }
    }
}
