import Foundation
import TestSupport
import Testing

/// Losing a machine, as an artist meets it.
struct AccountTests {
    // Goal: the phrase alone brings the account and its library to a new machine, from the server
    // that the account itself names; a wrong phrase and another server's address do not.
    @Test func thePhraseBringsEverythingBack() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let (_, phrase) = try await Self.artist(sandbox, at: server)
        let desk = sandbox.device("desk")
        try await desk.must("restore-account", server.address, input: phrase.uppercased())
        try await desk.must("sync")
        #expect(try await desk.must("works", "list").output.contains("first"))
        #expect(try await desk.must("credits", "--json").object()["granted"] as? Int == 2)
        let status = try await desk.must("status", "--json").object()
        #expect(status["holds_account_key"] as? Bool == true)

        let words = phrase.split(separator: " ")
        let swapped = ([words[1], words[0]] + words[2...]).joined(separator: " ")
        let file = try sandbox.file("wrong", Array(swapped.utf8))
        let wrong = try await Program.run(
            Programs.client, ["restore-account", server.address],
            home: sandbox.folder.appending(path: "wrong-home"), in: sandbox.folder, input: file)
        #expect(wrong.status == 64, "\(wrong)")
        #expect(await server.stop() == 0)
    }

    // Goal: the phrase is read back as it was shown. Method: the table that init prints, numbers,
    // columns and all, pasted line by line.
    @Test func thePhraseIsReadAsItWasShown() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = sandbox.device("a")
        let shown = try await device.must("init").output
        let table = shown.split(separator: "\n").filter { line in
            line.split(separator: " ").first.flatMap { Int($0) } != nil
        }
        #expect(table.count == 6, "\(shown)")
        try await device.must("join", server.address, "--invite", try await sandbox.invite())
        let desk = sandbox.device("desk")
        try await desk.must(
            "restore-account", server.address, input: table.joined(separator: "\n") + "\n")
        #expect(try await sandbox.account(of: desk) == sandbox.account(of: device))
        #expect(await server.stop() == 0)
    }

    // Goal: a device that was revoked gets nothing new; the others, and whoever comes back by the
    // phrase, read what is sealed with the new key.
    @Test func aLostDeviceIsPutOut() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let (artist, phrase) = try await Self.artist(sandbox, at: server)
        let lost = sandbox.device("lost")
        let account = try await sandbox.account(of: artist)
        let asked = try await lost.must(
            "devices", "request", server.address, account, "--device-name", "lost", "--json")
        let words = try #require(try asked.object()["comparison_words"] as? String)
        try await artist.must("devices", "approve", words)
        try await lost.must("sync")
        let unsure = try await artist.run("devices", "revoke", "lost")
        #expect(unsure.status == 64 && unsure.errors.contains("--yes"), "\(unsure)")
        #expect(!unsure.errors.contains("Usage:"), "\(unsure)")
        try await artist.must("devices", "revoke", "lost", "--yes")
        let list = try await artist.must("devices", "list").output
        #expect(list.contains("revoked"), "\(list)")
        let shown = try await sandbox.operate("accounts", "show", account, "--json").object()
        #expect(shown["revoked_devices"] as? [String] == ["lost"])
        #expect((shown["devices"] as? [String])?.contains("lost") == false)
        let picture = try sandbox.picture(2).path
        try await artist.must("works", "add", picture, "--mine", "--title", "after")
        try await artist.must("sync")
        let refused = try await lost.run("sync")
        #expect(refused.status == 77 && refused.errors.contains("revoked"), "\(refused)")
        let standing = try await lost.must("status", "--json").object()["standing"]
        #expect((standing as? [String: Any])?["state"] as? String == "revoked")
        let credits = try await lost.must("credits", "--json").object()
        #expect(credits["can_generate"] as? Bool == false)
        #expect(try await !lost.must("works", "list").output.contains("after"))
        let desk = sandbox.device("desk")
        try await desk.must("restore-account", server.address, input: phrase)
        try await desk.must("sync")
        #expect(try await desk.must("works", "list").output.contains("after"))
        let again = try await artist.run("devices", "revoke", "lost", "--yes")
        #expect(again.status == 1, "\(again)")
        #expect(await server.stop() == 0)
    }

    /// A device with a library that has synced, and its phrase.
    private static func artist(
        _ sandbox: Sandbox, at server: RunningServer
    ) async throws -> (device: Device, phrase: String) {
        let device = sandbox.device("first")
        let made = try await device.must("init", "--json").object()
        let words = try #require(made["recovery_phrase"] as? [String], "\(made)")
        let picture = try sandbox.picture(1).path
        try await device.must("works", "add", picture, "--mine", "--title", "first")
        try await device.must("join", server.address, "--invite", try await sandbox.invite())
        try await device.must("sync")
        return (device, words.joined(separator: " "))
    }
}
