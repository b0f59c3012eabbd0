import Foundation
import TestSupport
import Testing

/// A decision against an artist, as their commands tell of it.
@Suite("Withheld receipts at the command line")
struct WithheldCommandTests {
    // Goal: nobody spends a credit in ignorance of a withheld work, and no command sends the artist
    // to a sync that cannot help. Method: two accounts with one picture; a moderator withholds the
    // second one's work; every command that says something of it.
    @Test func aWithheldWorkIsToldEverywhere() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let first = try await sandbox.joinedDevice("first", at: server)
        try await first.must("sync")
        let second = try await sandbox.joinedDevice("second", at: server)
        try await second.must("sync")
        let early = try await second.run("appeal", "1", "why")
        #expect(early.status != 0 && !early.errors.contains("Decide it"), "\(early)")
        let before = try await second.must("cases", "show", "1")
        #expect(before.output.contains("one of two who have such a work"), "\(before)")
        #expect(before.output.contains("Nothing is decided"), "\(before)")
        #expect(!before.errors.contains("withdraw"), "\(before)")
        _ = try await sandbox.operate("moderator", "add", "mia", "--role", "moderator")
        _ = try await sandbox.operate(
            "cases", "decide", "1", "--act", "withhold-work", "--code", "not-own-work",
            "--side", "respondent", "--text", "Painted by another.", "--as", "mia")
        let decided = try await second.must("sync")
        #expect(decided.output.contains("Case 1, decided, receipts withheld"), "\(decided)")
        #expect(decided.output.components(separatedBy: "Case 1,").count == 2, "\(decided)")
        let held = "held in case 1; atelier appeal 1 TEXT"
        let asked = try await second.generate(seed: 1)
        #expect(asked.status == 64 && asked.errors.contains(held), "\(asked)")
        try await second.must(
            "generate", "--model", "m", "--seed", "1", "--size", "64x64", "--yes")
        let synced = try await second.must("sync")
        #expect(synced.output.contains("held by the decision in case 1"), "\(synced)")
        let made = try await second.must("generations", "list", "--json").object()
        let entry = try #require((made["generations"] as? [[String: Any]])?.first)
        #expect(entry["withheld_in"] as? [Int] == [1], "\(entry)")
        let id = try #require(entry["id"] as? String)
        for command in [
            ["generations", "list"], ["generations", "show", id], ["models", "list"],
            ["models", "show", "m"], ["status"],
        ] {
            let done = try await Program.run(
                Programs.client, command, home: second.home, in: sandbox.folder)
            #expect(done.status == 0 && done.output.contains(held), "\(done)")
        }
        let out = sandbox.folder.appending(path: "clean.png").path
        let clean = try await second.run(
            "generations", "export", id, "--out", out, "--no-watermark")
        #expect(clean.status == 77 && clean.errors.contains("atelier appeal 1 TEXT"), "\(clean)")
        let works = try await second.must("works", "list", "--json").object()
        let work = try #require((works["works"] as? [[String: Any]])?.first)
        #expect(work["withheld_in"] as? [Int] == [1], "\(work)")
        let shown = try await second.must("works", "show", try #require(work["id"] as? String))
        #expect(shown.output.contains(held), "\(shown)")
        // A longer letter comes from standard input, or from a file.
        let letter = String(repeating: "I painted it in May. ", count: 90)
        let appealed = try await second.must("appeal", "1", "-", input: letter)
        #expect(appealed.output.contains("I painted it in May."), "\(appealed)")
        let tooLong = try sandbox.file("long.txt", Array(String(repeating: "x", count: 2001).utf8))
        let refused = try await second.run("cases", "answer", "1", "--text-file", tooLong.path)
        #expect(refused.status == 64 && refused.errors.contains("2000"), "\(refused)")
        #expect(try await second.run("cases", "answer", "1").status == 64)
    }

    // Goal: reservations can be listed, and ended by number when the work is gone.
    @Test func reservationsAreListedAndEnded() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("only", at: server)
        #expect(try await device.must("works", "reservations").errors.contains("No reservations"))
        try await device.must("works", "reserve", "--all")
        let listed = try await device.must("works", "reservations")
        #expect(listed.output.contains("reservation 1"), "\(listed)")
        #expect(listed.output.contains("in force"), "\(listed)")
        #expect(try await device.must("works", "list").output.contains("reserved"))
        let removed = try await device.must(
            "works", "remove", try await id(of: device), "--now", "--yes")
        #expect(removed.errors.contains("Reservation 1: ends with the work"), "\(removed)")
        try await device.must("sync")
        let after = try await device.must("works", "reservations")
        #expect(after.output.contains("a removed work"), "\(after)")
        #expect(after.output.contains("ended"), "\(after)")
        let ended = try await device.must("works", "unreserve", "1")
        #expect(ended.output.contains("ended"), "\(ended)")
        #expect(try await device.run("works", "unreserve", "4711").status != 0)
    }

    private func id(of device: Device) async throws -> String {
        let works = try await device.must("works", "list", "--json").object()
        return try #require(((works["works"] as? [[String: Any]])?.first?["id"]) as? String)
    }
}
