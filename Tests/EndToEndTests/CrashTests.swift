import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct CrashTests {
    // Goal: kill -9 of the client at any moment loses nothing that was answered, and no credit.
    // Method: commands that are killed at a random one of their calls that change files, from a
    // printed seed; then the library opens, holds what was acknowledged, and exactly the two
    // generations paid for; a new device fetches the same.
    @Test(arguments: SeededGenerator.seeds(2))
    func aKilledClientLosesNothing(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        var acknowledged: Set<String> = ["first"]
        var killed = 0
        for round in 2...8 {
            let picture = try sandbox.picture(round).path
            let added = try await device.run(
                "works", "add", picture, "--mine", "--title", "work \(round)",
                killedAt: random.below(50) + 1)
            if added.status == 0 { acknowledged.insert("work \(round)") }
            let made = try await device.generate(
                seed: round % 2, killedAt: random.below(50) + 1)
            let synced = try await device.run("sync", killedAt: random.below(80) + 1)
            killed += [added, made, synced].count { $0.status == 128 + SIGKILL }
        }
        #expect(killed > 3, "seed \(seed): \(killed)")
        try await finish(device)
        try await expectConsistency(of: device, acknowledged: acknowledged, seed: seed)
        try await expectTheSameElsewhere(as: device, at: server, seed: seed)
        #expect(await server.stop() == 0)
    }

    // Goal: kill -9 of the server at any moment loses nothing that it answered.
    // Method: the server is killed at a random one of its calls that change files, from a printed
    // seed, while the client works, and is started again on the same port; at the end a new device
    // fetches everything.
    @Test(arguments: SeededGenerator.seeds(2))
    func aKilledServerLosesNothing(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let sandbox = try Sandbox()
        let first = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: first)
        await first.kill9()
        var acknowledged: Set<String> = ["first"]
        for round in 2...6 {
            let server = try? await RunningServer(
                data: sandbox.data, port: first.port, killedAt: random.below(60) + 1)
            try await device.must(
                "works", "add", try sandbox.picture(round).path, "--mine", "--title",
                "work \(round)")
            acknowledged.insert("work \(round)")
            _ = try await device.generate(seed: round % 2)
            let synced = try await device.run("sync")
            #expect([0, 1, 69, 75].contains(synced.status), "seed \(seed): \(synced)")
            await server?.kill9()
        }
        let last = try await RunningServer(data: sandbox.data, port: first.port)
        try await finish(device)
        try await expectConsistency(of: device, acknowledged: acknowledged, seed: seed)
        try await expectTheSameElsewhere(as: device, at: last, seed: seed)
        #expect(await last.stop() == 0)
    }

    /// What an artist does after a crash.
    private func finish(_ device: Device) async throws {
        let resumed = try await device.run("generate", "--resume")
        #expect(resumed.status == 0, "\(resumed)")
        for seed in 0...1 {
            let done = try await device.generate(seed: seed)
            #expect(done.status == 0, "\(done)")
        }
        try await device.must("sync")
    }

    private func expectConsistency(
        of device: Device, acknowledged: Set<String>, seed: UInt64
    ) async throws {
        #expect(try await device.integrity() == "ok", "seed \(seed)")
        let works = try await device.must("works", "list", "--json").objects("works")
        let titles = works.compactMap { $0["title"] as? String }
        #expect(acknowledged.isSubset(of: titles), "seed \(seed): \(titles)")
        #expect(Set(titles).count == titles.count, "seed \(seed): \(titles)")
        let made = try await device.must("generations", "list", "--json").objects("generations")
        #expect(made.count == 2, "seed \(seed)")
        #expect(made.allSatisfy { ($0["receipt"] as? String)?.isEmpty == false }, "seed \(seed)")
        let third = try await device.generate(seed: 99)
        #expect(third.status == 77, "seed \(seed): \(third)")
    }

    /// All that counts reached the server: a device that joins now has the same rows.
    private func expectTheSameElsewhere(
        as device: Device, at server: RunningServer, seed: UInt64
    ) async throws {
        let other = device.sandbox.device("other")
        let account = try await device.sandbox.account(of: device)
        let asked = try await other.must(
            "devices", "request", server.address, account, "--json")
        let words = try #require(try asked.object()["comparison_words"] as? String, "\(asked)")
        let approval = try await Program.run(
            Programs.client, ["devices", "approve"] + words.split(separator: " ").map(String.init),
            home: device.home, in: device.sandbox.folder)
        #expect(approval.status == 0, "\(approval)")
        try await other.must("sync")
        for (kind, column) in [("works", "sha256"), ("generations", "receipt")] {
            var values: [[String]] = []
            for one in [device, other] {
                let rows = try await one.must(kind, "list", "--json").objects(kind)
                values.append(rows.compactMap { $0[column] as? String }.sorted())
            }
            #expect(values[0] == values[1], "seed \(seed): \(kind)")
        }
    }
}
