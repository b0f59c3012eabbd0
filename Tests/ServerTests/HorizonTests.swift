import AtelierProtocol
import AtelierServer
import CreditLedger
import Foundation
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import SyncKit
import Testing

@Suite(.onBothDatabases)
struct HorizonTests {
    private static let active = Duration.seconds(90 * 24 * 3600)

    // Goal: the horizon is the sequence that every device has pulled up to; it never goes back, and
    // a sequence that does not exist raises nothing.
    @Test func theSlowestDeviceHoldsIt() async throws {
        try await Self.run { first, second, client in
            #expect(try await first.pull(after: 3, client).state.horizon == 0)
            #expect(try await second.pull(after: 2, client).state.horizon == 2)
            #expect(try await second.pull(after: 1, client).state.horizon == 2)
            #expect(try await second.pull(after: 4, client).state.horizon == 2)
            #expect(try await second.pull(after: 3, client).state.horizon == 3)
            let third = try await first.letIn("new", client)
            #expect(try await first.pull(after: 3, client).state.horizon == 0)
            _ = try await third.pull(after: 0, client)
            #expect(try await third.pull(after: 1, client).state.horizon == 1)
        }
    }

    // Goal: what a device received and could not merge does not count, and such a pull tells all
    // the same whether the device holds this history.
    @Test func whatIsNotMergedDoesNotCount() async throws {
        try await Self.run { first, second, client in
            _ = try await first.pull(after: 3, client)
            #expect(try await second.pull(after: 3, merged: 1, client).state().horizon == 1)
            #expect(try await second.pull(after: 3, merged: 0, client).state().horizon == 1)
            #expect(try await second.pull(after: 3, merged: 4, client).problem == .malformed)
            #expect(try await second.pull(after: 4, merged: 3, client).state().horizon == 1)
            #expect(try await second.pull(after: 3, client).state.horizon == 3)
        }
    }

    // Goal: a device that is not heard from for 90 days, and not a millisecond less, is left
    // behind; it counts again when it comes back, from the place it had.
    @Test func aDeviceThatIsAwayIsLeftBehind() async throws {
        try await Self.run { first, second, client in
            _ = try await second.pull(after: 1, client)
            second.server.advance(by: Self.active)
            #expect(try await first.pull(after: 3, client).state.horizon == 1)
            second.server.advance(by: .milliseconds(1))
            #expect(try await first.pull(after: 3, client).state.horizon == 3)
            #expect(try await second.pull(after: 0, client).state.horizon == 1)
        }
    }

    // Goal: a device that never pulled holds the horizon at 0 for its first 90 days only, however
    // often it is heard from.
    @Test func aDeviceThatNeverPullsHoldsItForAWhile() async throws {
        try await Self.run(secondPulls: false) { first, second, client in
            _ = try await first.pull(after: 3, client)
            second.server.advance(by: Self.active)
            #expect(try await second.send(.get, "/v1/devices", client).status == 200)
            #expect(try await first.pull(after: 3, client).state.horizon == 0)
            second.server.advance(by: .milliseconds(1))
            #expect(try await second.send(.get, "/v1/devices", client).status == 200)
            #expect(try await first.pull(after: 3, client).state.horizon == 3)
        }
    }

    // Goal: a revoked device holds nothing back.
    @Test func aRevokedDeviceDoesNotCount() async throws {
        try await Self.run { first, second, client in
            _ = try await second.pull(after: 1, client)
            #expect(try await first.pull(after: 3, client).state.horizon == 1)
            let order = Order(
                account: first.account, serial: 1, kind: .revokeDevice, reason: "lost", text: "",
                device: second.device, time: first.server.now)
            let account = first.server.database.literal(first.account.bytes)
            let document = try JWS(signing: order, with: SigningKey()).compact
            try first.server.write(
                """
                INSERT INTO ledger_order (account, serial, document)
                VALUES (\(account), 1, '\(document)')
                """)
            let device = first.server.database.literal(second.device.bytes)
            try first.server.write(
                """
                INSERT INTO ledger_revocation (account, device, serial)
                VALUES (\(account), \(device), 1)
                """)
            #expect(try await first.pull(after: 3, client).state.horizon == 3)
            let refused = try await second.send(.get, "/v1/segments?after=1", client)
            #expect(refused.problem == .deviceRevoked)
        }
    }

    /// Two devices of an account with three segments.
    private static func run(
        secondPulls: Bool = true,
        _ body:
            @escaping @Sendable (TestDevice, TestDevice, any TestClientProtocol) async throws
            -> Void
    ) async throws {
        let server = try TestServer()
        try await server.run { client in
            let first = try await TestDevice.joined(to: server, client)
            let second = try await first.letIn("desk", client)
            var chain = TestChain(of: first, replica: 1)
            for _ in 1...3 { try await first.push(chain.next(), client) }
            _ = try await first.pull(after: 0, client)
            if secondPulls { _ = try await second.pull(after: 0, client) }
            try await body(first, second, client)
        }
    }
}
