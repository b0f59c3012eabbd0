import Foundation
import TestSupport
import Testing

@Suite struct RegistrationTests {
    // Goal: an artist without an invite waits for the operator, is told so, and then is in.
    // Method: join, look, generate and sync before; approve; sync and generate.
    @Test func anArtistWaitsForTheOperator() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(
            data: sandbox.data, options: ["--registration", "approval"])
        let device = try await sandbox.libraryWithModel("a")
        for _ in 1...2 {
            let join = try await device.run("join", server.address)
            #expect(join.status == 75 && join.errors.contains("operator"), "\(join)")
        }
        let account = try await sandbox.account(of: device)
        let status = try await device.must("status", "--json").object()
        #expect((status["standing"] as? [String: Any])?["state"] as? String == "waiting")
        for outcome in [try await device.run("sync"), try await device.generate(seed: 1)] {
            #expect(outcome.status == 75 && outcome.errors.contains("operator"), "\(outcome)")
        }
        let list = try await sandbox.operate("accounts", "list", "--json").objects("accounts")
        #expect(list.first?["standing"] as? String == "pending")
        _ = try await sandbox.operate("accounts", "approve", account)
        try await device.must("sync")
        #expect(try await device.generate(seed: 1).status == 0)

        let other = try await sandbox.libraryWithModel("b")
        #expect(try await other.run("join", server.address).status == 75)
        _ = try await sandbox.operate(
            "accounts", "refuse", try await sandbox.account(of: other), "--reason", "spam")
        let refused = try await other.run("sync")
        #expect(refused.status == 77, "\(refused)")
        // Now it may join elsewhere.
        #expect(try await other.run("sync").errors.contains("belongs to no server"))
        #expect(await server.stop() == 0)
    }

    // Goal: an open server takes anybody, and its key can be compared; one that takes invites says
    // so. Method: join with the right fingerprint, a wrong one and none.
    @Test func anOpenServerTakesAnybody() async throws {
        let sandbox = try Sandbox()
        let closed = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.libraryWithModel("a")
        let needed = try await device.run("join", closed.address)
        #expect(needed.status == 64 && needed.errors.contains("invite"), "\(needed)")
        #expect(await closed.stop() == 0)
        let server = try await RunningServer(
            data: sandbox.data, options: ["--registration", "open"])
        let wrong = try await device.run(
            "join", server.address, "--fingerprint", String(repeating: "0", count: 32))
        #expect(wrong.status == 77, "\(wrong)")
        let joined = try await device.must("join", server.address)
        let shown = try #require(joined.errors.firstRange(of: "operator's: "), "\(joined)")
        let fingerprint = String(joined.errors[shown.upperBound...].prefix(32))
        let other = try await sandbox.libraryWithModel("b")
        try await other.must("join", server.address, "--fingerprint", fingerprint)
        #expect(try await other.generate(seed: 1).status == 0)
        #expect(await server.stop() == 0)
    }
}
