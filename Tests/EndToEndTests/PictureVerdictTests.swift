import Foundation
import TestSupport
import Testing

/// What others' programs and `atelier verify` say of the files of the real commands.
@Suite struct PictureVerdictTests {
    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Scripts/check-credentials").path

    /// Whether c2pa-python is installed; PyPI may be out of reach.
    private static let isThere: Bool =
        (try? Shell.run([script, "/dev/null", "/dev/null"], expecting: 69)) == nil

    // Goal: the reference reader of C2PA trusts our files by the root that the server gives out:
    // a picture as PNG and JPEG, and a work that was signed; and no changed one.
    @Test(.enabled(if: isThere, "c2pa-python is not installed: run Scripts/setup"))
    func theReferenceReaderTrustsOurFiles() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        let anchors = sandbox.folder.appending(path: "root.pem")
        let pem = try Shell.run(["curl", "-sSf", "\(server.address)/v1/provenance/root.pem"])
        try Data(pem.utf8).write(to: anchors)
        #expect(try await device.generate(seed: 1).status == 0)
        try await device.must("sync")
        let id = try await Self.generation(of: device)
        var files: [String] = []
        for name in ["out.png", "out.jpg"] {
            files.append(sandbox.folder.appending(path: name).path)
            try await device.must("generations", "export", id, "--out", files.last ?? "")
        }
        let works = try await device.must("works", "list", "--json").objects("works")
        let work = try #require(works.first?["id"] as? String)
        let signed = sandbox.folder.appending(path: "signed").path
        let copies = try await device.must("works", "sign", work, "--out", signed, "--json")
        files.append(try #require(try copies.objects("copies").first?["file"] as? String))
        #expect(try Self.states(files, anchors) == ["Trusted", "Trusted", "Trusted"])
        for (file, source) in zip(
            files, ["trainedAlgorithmicMedia", "trainedAlgorithmicMedia", "digitalCreation"])
        {
            let told = try Shell.run(["exiftool", "-XMP-iptcExt:DigitalSourceType", "-b", file])
            #expect(told.hasSuffix(source), "\(file)")
            #expect(try Shell.run(["exiftool", "-validate", "-b", file]).hasPrefix("0"), "\(file)")
        }
        let changed = try Self.changed(files[0], in: sandbox)
        #expect(try Self.states([changed], anchors) == ["Invalid"])
        #expect(await server.stop() == 0)
    }

    // Goal: the command tells the four verdicts, with its exit codes, and needs no library where
    // the server's key is given; the server says what stands against a picture.
    @Test func theCommandTellsWhatAPictureIs() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        let named = try await device.must("credentials", "--public-name", "Mira", "--json").object()
        let key = try #require(named["server"] as? String)
        #expect(named["name"] as? String == "Mira")
        #expect(try await device.run("credentials", "--public-name", "").status == 64)
        #expect(try await device.generate(seed: 1).status == 0)
        let id = try await Self.generation(of: device)
        let file = sandbox.folder.appending(path: "out.png").path
        try await device.must("generations", "export", id, "--out", file)
        let signed = try await device.run("verify", file)
        #expect(signed.status == 1 && signed.output.hasPrefix("signed, not countersigned"))
        try await device.must("sync")
        try await device.must("generations", "export", id, "--out", file, "--force")
        let whole = try await device.must("verify", file, "--online")
        #expect(whole.output.hasPrefix("countersigned") && whole.output.contains("Mira"))
        #expect(whole.output.contains("Nothing stands against it."))

        let stranger = sandbox.device("stranger")
        let known = try await stranger.must("verify", file, "--server-key", key, "--json").object()
        #expect(known["verdict"] as? String == "countersigned")
        let unknown = try await stranger.run("verify", file)
        #expect(unknown.status == 1 && unknown.output.contains(key), "\(unknown)")
        let changed = try await stranger.run(
            "verify", try Self.changed(file, in: sandbox), "--server-key", key)
        #expect(changed.status == 1 && changed.output.hasPrefix("altered"), "\(changed)")

        let work = try #require(
            try await device.must("works", "list", "--json").objects("works").first?["id"]
                as? String)
        try await device.must("works", "remove", work, "--yes")
        try await device.must("sync")
        let withdrawn = try await device.run("verify", file, "--online")
        #expect(withdrawn.status == 1 && withdrawn.output.contains("withdrawn"), "\(withdrawn)")
        #expect(await server.stop() == 0)
    }

    // Goal: when a device is lost, whoever synced since is told offline that it signed a picture,
    // and on which day it was revoked; who asks online is told without a sync.
    @Test func aLostDeviceIsTold() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let artist = try await sandbox.joinedDevice("a", at: server)
        let other = try await sandbox.joinedDevice("b", at: server)
        let lost = sandbox.device("lost")
        let account = try await sandbox.account(of: artist)
        let asked = try await lost.must(
            "devices", "request", server.address, account, "--device-name", "lost", "--json")
        let words = try #require(try asked.object()["comparison_words"] as? String)
        try await artist.must("devices", "approve", words)
        try await lost.must("sync")
        try await lost.must("works", "add", try sandbox.picture(9).path, "--mine")
        let works = try await lost.must("works", "list", "--json").objects("works")
        let id = try #require(works.first { $0["file"] is String }?["id"] as? String)
        let folder = sandbox.folder.appending(path: "signed").path
        let copies = try await lost.must("works", "sign", id, "--out", folder, "--json")
        let file = try #require(try copies.objects("copies").first?["file"] as? String)
        try await other.must("sync")
        #expect(try await !other.run("verify", file).output.contains("revoked"))
        try await artist.must("devices", "revoke", "lost", "--yes")
        #expect(try await !other.run("verify", file).output.contains("revoked"))
        let online = try await other.run("verify", file, "--online")
        #expect(online.output.contains("was revoked on"), "\(online)")
        #expect(await server.stop() == 0)
        let offline = try await other.run("verify", file)
        #expect(offline.status == 1 && offline.output.contains("was revoked on"), "\(offline)")
    }

    private static func generation(of device: Device) async throws -> String {
        let made = try await device.must("generations", "list", "--json").objects("generations")
        return try #require(made.first?["id"] as? String)
    }

    /// A copy whose picture data differs in one bit.
    private static func changed(_ file: String, in sandbox: Sandbox) throws -> String {
        var bytes = Array(try Data(contentsOf: URL(filePath: file)))
        bytes[bytes.count - 40] ^= 1
        return try sandbox.file("changed.png", bytes).path
    }

    private static func states(_ files: [String], _ anchors: URL) throws -> [String] {
        struct Reading: Decodable { let state: String }
        return try Shell.run([script, anchors.path] + files).split(separator: "\n").map {
            try JSONDecoder().decode(Reading.self, from: Data($0.utf8)).state
        }
    }
}
