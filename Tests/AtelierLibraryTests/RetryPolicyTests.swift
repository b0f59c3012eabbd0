import AtelierLibrary
import AtelierProtocol
import Foundation
import HTTPTypes
import SignedObjects
import Synchronization
import SyncKit
import SyncKitHTTP
import TestSupport
import Testing

struct RetryPolicyTests {
    /// A server that is busy for a while.
    private final class BusyServer: Sendable {
        struct State {
            var refusals: [(status: Int, retryAfter: String?)] = []
            /// Only requests by this method and for this path are refused.
            var only = ""
            var waits: [Duration] = []
            var told: [String] = []
            /// Of the requests that are signed; what anybody may ask has none.
            var proofs: [String] = []
        }

        let state = Mutex(State())
        let local: LocalServer

        init(_ local: LocalServer) { self.local = local }

        /// Refuses the next requests so.
        func refuse(_ refusals: (status: Int, retryAfter: String?)..., only: String = "") {
            state.withLock { ($0.refusals, $0.only) = (refusals, only) }
        }

        func environment(_ world: World) -> LibraryEnvironment {
            var environment = world.environment(server: local)
            environment.connect = { _ in { try self.answer($0) } }
            environment.pause = { wait in
                self.state.withLock { $0.waits.append(wait) }
                world.advance(by: wait)
            }
            environment.onWait = { reason, _ in self.state.withLock { $0.told.append(reason) } }
            return environment
        }

        private func answer(_ message: HTTPMessage) throws -> HTTPReply {
            let refusal = state.withLock { state -> (status: Int, retryAfter: String?)? in
                if let proof = message.headers[.atelierProof] { state.proofs.append(proof) }
                let line = "\(message.method) \(message.target)"
                guard line.hasPrefix(state.only) else { return nil }
                return state.refusals.isEmpty ? nil : state.refusals.removeFirst()
            }
            guard let refusal else { return try local.answer(message) }
            let problem = Problem(
                type: refusal.status == 429 ? .tooMany : .unavailable, status: refusal.status,
                title: "Too many requests.", detail: "", time: local.world.now)
            var headers: HTTPFields = [.atelierTime: "\(local.world.now.milliseconds)"]
            headers[.retryAfter] = refusal.retryAfter
            return HTTPReply(
                status: refusal.status, headers: headers,
                body: Array(try CanonicalJSON.encoder.encode(problem)))
        }
    }

    private func world() async throws -> (World, BusyServer, Library) {
        let world = try World()
        let busy = BusyServer(LocalServer(world: world))
        let library = try await world.joinedLibrary(
            "desk", at: busy.local, environment: busy.environment(world))
        return (world, busy, library)
    }

    // Goal: a short wait is waited out, said, and followed by a request of its own proof.
    // Method: two refusals of the ledger's request, then none.
    @Test func aShortWaitIsWaitedOut() async throws {
        let (_, busy, library) = try await world()
        busy.refuse((429, "7"), (503, "1"))
        let outcome = try await library.sync.run()
        #expect(outcome.pending == 0)
        let state = busy.state.withLock { $0 }
        #expect(state.waits.count == 2 && state.told.count == 2)
        #expect((Duration.seconds(7)...(.seconds(11))).contains(state.waits[0]))
        #expect((Duration.seconds(2)...(.seconds(4))).contains(state.waits[1]))
        #expect(state.proofs.count > 3 && Set(state.proofs).count == state.proofs.count)
    }

    // Goal: also in the middle of the exchange of changes. Method: refuse a push.
    @Test func aPushIsWaitedOut() async throws {
        let (_, busy, library) = try await world()
        _ = try await library.sync.run()
        _ = try library.works.edit(
            try #require(library.works.all().first).id, title: "another")
        busy.refuse((429, "0"), (429, "3"), only: "POST /v1/segments")
        let outcome = try await library.sync.run()
        #expect(outcome.pending == 0 && outcome.sent == 1)
        let state = busy.state.withLock { $0 }
        #expect(state.waits.count == 2 && state.refusals.isEmpty)
        #expect(state.proofs.count > 3 && Set(state.proofs).count == state.proofs.count)
    }

    // Goal: a long wait is not waited out: the time to come back is told, nothing is lost.
    // Method: an hour, in seconds and as a date; too many refusals in a row.
    @Test(arguments: [["3600"], ["Fri, 02 Jan 2099 03:04:05 GMT"], ["60", "60"]])
    func aLongWaitIsTold(headers: [String]) async throws {
        let (world, busy, library) = try await world()
        busy.state.withLock { $0.refusals = headers.map { (429, $0) } }
        let before = world.now
        do {
            _ = try await library.sync.run()
            Issue.record("nothing was thrown")
        } catch let error as AccountError {
            guard case .tryLater(_, let moment) = error else { throw error }
            #expect(Failure(error).kind == .transient)
            #expect(moment.time > before && error.description.contains("\(moment)"))
            if headers == ["3600"] {
                #expect(moment.time - before < .seconds(3601))
                #expect(busy.state.withLock { $0.waits }.isEmpty)
            }
        }
        #expect(try await library.sync.run().pending == 0)
    }

    // Goal: a refusal that names no time is told as it is. Method: 429 without the header.
    @Test func withoutATimeNothingIsWaitedFor() async throws {
        let (_, busy, library) = try await world()
        busy.refuse((429, nil))
        await #expect(throws: Problem.self) { try await library.sync.run() }
        #expect(busy.state.withLock { $0.waits }.isEmpty)
    }
}
