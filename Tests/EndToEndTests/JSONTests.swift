import Foundation
import TestSupport
import Testing

@Suite struct JSONTests {
    // Goal: every reading command prints one JSON object with keys in snake_case.
    // Method: each of them on a device that has something of everything.
    @Test func everyReadingCommandPrintsOneObject() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        let made = try await device.generate(seed: 1)
        #expect(made.status == 0, "\(made)")
        try await device.must("sync")
        let commands = [
            ["works", "list"], ["models", "list"], ["generations", "list"],
            ["models", "show", "m"],
            ["credits"], ["status"], ["devices", "list"],
        ]
        for command in commands {
            let done = try await Program.run(
                Programs.client, command + ["--json"], home: device.home, in: sandbox.folder)
            #expect(done.status == 0 && done.errors.isEmpty, "\(done)")
            expectSnakeCase(try done.object(), in: done)
        }
        let account = try await sandbox.account(of: device)
        for command in [["accounts", "list"], ["accounts", "show", account], ["invite", "list"]] {
            let done = try await Program.run(
                Programs.server, command + ["--json", "--data", sandbox.data.path],
                in: sandbox.folder)
            #expect(done.status == 0, "\(done)")
            expectSnakeCase(try done.object(), in: done)
        }
        #expect(await server.stop() == 0)
    }

    // Goal: a list and a single object tell the same about a work.
    // Method: one work read both ways, by a prefix of its id.
    @Test func aListAndASingleObjectAgree() async throws {
        let sandbox = try Sandbox()
        let device = try await sandbox.libraryWithModel("a")
        let listed = try #require(
            try await device.must("works", "list", "--json").objects("works").first)
        let id = try #require(listed["id"] as? String)
        #expect(id == id.lowercased())
        let shown = try await device.must("works", "show", String(id.prefix(16)), "--json").object()
        for key in ["id", "title", "sha256", "created_at", "width"] {
            #expect("\(shown[key] ?? "none")" == "\(listed[key] ?? "missing")", "\(key)")
        }
        let created = try #require(listed["created_at"] as? String)
        #expect(created.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil)
    }

    private func expectSnakeCase(_ value: Any, in outcome: Outcome) {
        if let object = value as? [String: Any] {
            for (key, value) in object {
                let isSnake = key.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }
                #expect(isSnake, "'\(key)' in \(outcome)")
                expectSnakeCase(value, in: outcome)
            }
        } else if let list = value as? [Any] {
            for value in list { expectSnakeCase(value, in: outcome) }
        }
    }
}
