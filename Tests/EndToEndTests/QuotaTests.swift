import Foundation
import TestSupport
import Testing

@Suite struct QuotaTests {
    // Goal: two generations, offline, and no third; the same one again costs nothing.
    // Method: the server is stopped after the join; the refusal says what is missing.
    @Test func twoGenerationsOfflineAndNoThird() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        #expect(await server.stop() == 0)
        for seed in [1, 2, 1] {
            let done = try await device.generate(seed: seed)
            #expect(done.status == 0, "\(done)")
        }
        let third = try await device.generate(seed: 3)
        #expect(third.status == 77 && third.errors.contains("credit"), "\(third)")
        let made = try await device.must("generations", "list", "--json").objects("generations")
        #expect(made.count == 2)
        let sync = try await device.run("sync")
        #expect(sync.status == 69, "\(sync)")
    }

    // Goal: a suspended account is refused with the reason, keeps all, and comes back whole.
    // Method: suspend with a spend unsettled, try everything, reinstate, settle.
    @Test func suspensionRefusesAndDeletesNothing() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        let account = try await sandbox.account(of: device)
        #expect(try await device.generate(seed: 1).status == 0)
        _ = try await sandbox.operate(
            "accounts", "suspend", account, "--reason", "some-code", "--message", "some message")
        let sync = try await device.run("sync")
        #expect(sync.status == 77, "\(sync)")
        #expect((sync.output + sync.errors).contains("some message"), "\(sync)")
        let refused = try await device.generate(seed: 2)
        #expect(refused.status == 77 && refused.errors.contains("some-code"), "\(refused)")
        #expect(try await device.must("works", "list", "--json").objects("works").count == 1)
        #expect(try await receipts(of: device) == 0)

        _ = try await sandbox.operate(
            "accounts", "reinstate", account, "--message", "Thank you for the proof.")
        let back = try await device.must("sync")
        // What was written with it reaches the artist, once.
        #expect(back.output.contains("Thank you for the proof."), "\(back)")
        let later = try await device.must("sync")
        #expect(!later.output.contains("Thank you"), "\(later)")
        #expect(try await receipts(of: device) == 1)
        #expect(try await device.generate(seed: 2).status == 0)
        #expect(await server.stop() == 0)
    }

    // Goal: the operator sees the bound of a suspension before the act, and nothing happens.
    // Method: ask with --dry-run while the server runs; the device then syncs and generates.
    @Test func aDryRunSuspendsNobody() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        let account = try await sandbox.account(of: device)
        let words = try await sandbox.operate("accounts", "suspend", account, "--dry-run")
        #expect(words.output.contains("would be suspended"), "\(words)")
        #expect(words.output.contains("2 credits, lent to 1 device"), "\(words)")
        #expect(words.output.contains("nothing was changed"), "\(words)")
        let effect = try await sandbox.operate(
            "accounts", "suspend", account, "--dry-run", "--json"
        ).object()
        #expect(effect["leased_credits"] as? Int == 2 && effect["devices"] as? Int == 1)
        #expect(effect["usable_until"] is String && effect["dry_run"] as? Bool == true)
        try await device.must("sync")
        #expect(try await device.generate(seed: 1).status == 0)
        let wrong = try await Program.run(
            Programs.server, ["accounts", "suspend", account, "--data", sandbox.data.path],
            in: sandbox.folder)
        #expect(wrong.status == 64 && wrong.errors.contains("--reason"), "\(wrong)")
        #expect(await server.stop() == 0)
    }

    private func receipts(of device: Device) async throws -> Int {
        try await device.must("generations", "list", "--json").objects("generations")
            .count { ($0["receipt"] as? String)?.isEmpty == false }
    }
}
