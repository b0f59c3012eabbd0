import Foundation
import TestSupport
import Testing

@Suite struct KeepingTests {
    // Goal: the commands that look after a library work from the shell, with their exit codes.
    // Method: each once on a joined device, with its JSON; a backup is restored and used.
    @Test func theKeepersCommandsWork() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        #expect(try await device.generate(seed: 1).status == 0)
        let made = try #require(
            try await device.must("generations", "list", "--json").objects("generations").first)
        let id = try #require(made["id"] as? String)
        let file = try #require(made["file"] as? String)
        let rated = try await device.must("generations", "rate", id, "5", "--json").object()
        #expect(rated["rating"] as? Int == 5)
        #expect(try await device.run("generations", "rate", id, "9").status == 64)
        let signed = try await device.run("verify", file, "--json")
        #expect(signed.status == 1)
        #expect(try signed.object()["verdict"] as? String == "signed")
        try await device.must("sync")
        #expect(try await device.must("verify", file).output.hasPrefix("countersigned"))
        let unknown = try await device.run("verify", try sandbox.picture(4).path)
        #expect(unknown.status == 1 && unknown.output.hasPrefix("unknown"), "\(unknown)")
        #expect(try await device.must("conflicts", "list", "--json").objects("conflicts").isEmpty)
        let bundle = sandbox.folder.appending(path: "bundle").path
        try await device.must("bundle", "export", bundle)
        try await device.must("bundle", "import", bundle)
        let plain = sandbox.folder.appending(path: "plain").path
        let exported = try await device.must("export", plain, "--json").object()
        #expect(exported["pictures"] as? Int == 2)
        #expect(try await device.must("doctor").output.hasPrefix("well"))

        let backup = sandbox.folder.appending(path: "backup.tar").path
        try await device.must("backup", backup)
        let other = sandbox.device("b")
        try await other.must("restore", backup)
        #expect(try await other.must("doctor").output.hasPrefix("well"))
        #expect(try await device.run("restore", backup).status == 73)
        try await other.must("sync")
        #expect(try await other.generate(seed: 2).status == 0)
        let unsure = try await other.run("generations", "remove", id)
        #expect(unsure.status == 64, "\(unsure)")
        try await other.must("generations", "remove", id, "--yes")
        let model = try await device.run("models", "remove", "m")
        #expect(model.status == 64 && model.errors.contains("--yes"), "\(model)")
        try await device.must("models", "remove", "m", "--yes")
        let trash = try await device.must("works", "trash", "--json").objects("trash")
        let trashed = try #require(trash.first?["id"] as? String)
        #expect(try await device.run("models", "remove", trashed).status == 1)
        #expect(try await device.run("models", "remove", trashed, "--now").status == 64)
        try await device.must("models", "remove", trashed, "--now", "--yes")
        #expect(try await device.must("works", "trash", "--json").objects("trash").isEmpty)
        #expect(await server.stop() == 0)
    }
}
