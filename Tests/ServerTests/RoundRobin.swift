import AtelierProtocol
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SignedObjects
import Synchronization
import SyncKit
import SyncKitHTTP

/// A client that asks several servers in turn, and the next one where one does not answer.
///
/// As behind a proxy that knows nothing of what it passes on; each try has a proof of its own.
final class RoundRobin: TestClientProtocol {
    private let clients: [HTTPClient]
    private let turn = Atomic(0)
    private let lost = Atomic(0)

    init(_ addresses: [String]) throws {
        clients = try addresses.map { try HTTPClient(address: HTTPAddress($0)) }
    }

    /// Tries that got no answer, or that of a server without its database.
    var lostCount: Int { lost.load(ordering: .relaxed) }

    func send(
        _ method: HTTPRequest.Method, _ target: String, _ body: [UInt8], of device: TestDevice
    ) async throws -> TestReply {
        var failure: any Error = NoAnswer()
        for _ in 0..<5000 {
            let place = turn.add(1, ordering: .relaxed).newValue % clients.count
            do {
                let proof = try device.proof(method.rawValue, target, body)
                let reply = try await clients[place].send(
                    HTTPMessage(
                        method: method.rawValue, target: target,
                        headers: [.atelierProof: proof],
                        body: method == .get ? nil : body))
                let answer = TestReply(status: reply.status, headers: [:], body: reply.body)
                guard [.unavailable, .internalError].contains(answer.problem) else { return answer }
                failure = NoAnswer()
            } catch {
                failure = error
            }
            lost.add(1, ordering: .relaxed)
            await Task.yield()
        }
        throw failure
    }

    /// Answers cannot be made from outside of the framework; devices call ``send``.
    func executeRequest(
        uri: String, method: HTTPRequest.Method, headers: HTTPFields, body: ByteBuffer?
    ) async throws -> TestResponse { throw NoAnswer() }

    var port: Int? { nil }

    private struct NoAnswer: Error {}
}
