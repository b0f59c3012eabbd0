import Foundation
import TestSupport
import Testing

@Suite struct OperatorTests {
    // Goal: a pause reaches devices, which say why; a resume settles what was made meanwhile.
    // Method: generate, pause, sync and generate, resume, sync.
    @Test func aPauseReachesDevices() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        #expect(try await device.generate(seed: 1).status == 0)
        _ = try await sandbox.operate(
            "service", "pause", "--reason", "maintenance", "--message", "Back at noon.")
        let sync = try await device.run("sync")
        #expect(sync.status == 77 && sync.errors.contains("Back at noon."), "\(sync)")
        let refused = try await device.generate(seed: 2)
        #expect(refused.status == 77 && refused.errors.contains("maintenance"), "\(refused)")
        _ = try await sandbox.operate("service", "resume")
        let outcome = try await device.must("sync", "--json").object()
        #expect(outcome["settled"] as? Int == 1)
        #expect(try await device.generate(seed: 2).status == 0)
        #expect(await server.stop() == 0)
    }

    // Goal: a list without entries says so, apart from the results; what is not there ends with 1.
    @Test func whatIsNotThereIsTold() async throws {
        let sandbox = try Sandbox()
        _ = try await sandbox.operate("invite", "create")
        func run(_ arguments: String...) async throws -> Outcome {
            try await Program.run(
                Programs.server, arguments + ["--data", sandbox.data.path], in: sandbox.folder)
        }
        for list in ["accounts", "cases"] {
            let result = try await run(list, "list")
            #expect(result.status == 0 && result.output.isEmpty, "\(result)")
            #expect(result.errors.hasPrefix("No "), "\(result)")
        }
        for result in [
            try await run("accounts", "show", "abcd"), try await run("cases", "show", "7"),
            try await run("moderator", "remove", "nobody"),
        ] {
            #expect(result.status == 1 && result.errors.contains("list"), "\(result)")
        }
    }

    // Goal: every new command of the operator works from the shell while the server runs.
    // Method: each once, with its JSON where it has any.
    @Test func theOperatorsCommandsWork() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        let account = try await sandbox.account(of: device)
        let added = try await sandbox.operate(
            "moderator", "add", "ann", "--role", "reviewer", "--json"
        ).object()
        #expect((added["token"] as? String)?.hasPrefix("atm1-") == true)
        let list = try await sandbox.operate("moderator", "list", "--json").objects("moderators")
        #expect(list.first?["name"] as? String == "ann")
        _ = try await sandbox.operate("moderator", "remove", "ann")
        #expect(try await sandbox.operate("cases", "list", "--json").objects("cases").isEmpty)
        let verdict = try await sandbox.operate("audit", "--verify", "--json").object()
        #expect(verdict["rows"] as? Int == 3 && verdict["head"] is String)
        let head = try #require(verdict["head"] as? String)
        _ = try await sandbox.operate("audit", "--verify", "--noted", head)
        let rows = try await sandbox.operate("audit", "--json").objects("audit")
        #expect(rows.map { $0["action"] as? String } == ["invite", "moderator", "moderator"])
        let report = try await sandbox.operate(
            "report", "--from", "2020-01-01", "--to", "2100-01-01", "--json"
        ).object()
        #expect((report["accounts"] as? [String: Int]) == ["open": 1])
        let unsure = try await Program.run(
            Programs.server,
            ["accounts", "purge", account, "--reason", "asked", "--data", sandbox.data.path],
            in: sandbox.folder)
        #expect(unsure.status == 64, "\(unsure)")
        _ = try await sandbox.operate("accounts", "purge", account, "--reason", "asked", "--yes")
        #expect(try await device.run("sync").status == 77)
        // What was made stays.
        #expect(try await device.must("works", "list", "--json").objects("works").count == 1)
        #expect(await server.stop() == 0)
    }
}
