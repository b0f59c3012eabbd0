import Foundation
import TestSupport
import Testing

@Suite struct ServerContactTests {
    // Goal: an unreachable server ends with 69 and loses nothing; a server that is nobody's is
    // told nothing.
    // Method: a closed port; plain http to another machine; a text that is no address.
    @Test func anUnreachableServerEndsWith69() async throws {
        let sandbox = try Sandbox()
        let device = try await sandbox.libraryWithModel("a")
        let invite = UsageTests.someInvite
        let closed = try await device.run("join", "http://127.0.0.1:1", "--invite", invite)
        #expect(closed.status == 69, "\(closed)")
        let plain = try await device.run("join", "http://192.0.2.1", "--invite", invite)
        #expect([1, 64].contains(plain.status) && plain.errors.contains("https"), "\(plain)")
        let words = try await device.run("join", "not an address", "--invite", invite)
        #expect([1, 64].contains(words.status), "\(words)")
        #expect(try await device.must("works", "list", "--json").objects("works").count == 1)
    }

    // Goal: an invite for another server's key opens no account.
    // Method: the code's fingerprint half is changed; then the right code works, once.
    @Test func aServerWithAnotherKeyIsToldNothing() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let invite = try await sandbox.invite()
        let forged = String(invite.dropLast(3)) + (invite.hasSuffix("AAA") ? "BBA" : "AAA")
        let device = try await sandbox.libraryWithModel("a")
        let refused = try await device.run("join", server.address, "--invite", forged)
        #expect(refused.status == 1 || refused.status == 77, "\(refused)")
        #expect(refused.errors.contains("key"), "\(refused)")
        try await device.must("join", server.address, "--invite", invite)
        let other = try await sandbox.libraryWithModel("b")
        let second = try await other.run("join", server.address, "--invite", invite)
        #expect(second.status == 77 || second.status == 1, "\(second)")
        #expect(await server.stop() == 0)
    }

    // Goal: a server whose key was exchanged cannot countersign, and takes nothing away.
    // Method: the key file is deleted while the server is down, so that it makes another; the
    // device comes with a spend that wants a receipt.
    @Test func anExchangedServerKeyIsNoticed() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        #expect(await server.stop() == 0)
        #expect(try await device.generate(seed: 1).status == 0)
        try FileManager.default.removeItem(at: sandbox.data.appending(path: "keys/server.key"))
        // A server that notices this itself and does not start is right too.
        guard let other = try? await RunningServer(data: sandbox.data, port: server.port) else {
            return
        }
        let synced = try await device.run("sync")
        #expect(synced.status != 0 && !synced.errors.isEmpty, "\(synced)")
        let made = try await device.must("generations", "list", "--json").objects("generations")
        #expect(made.map { $0["receipt"] as? String } == [""])
        #expect(try await device.generate(seed: 2).status == 0)
        #expect(await other.stop() == 0)
    }
}
