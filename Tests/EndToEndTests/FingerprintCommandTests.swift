import Foundation
import TestSupport
import Testing

/// What rights holders do without a library and without an account.
@Suite("Fingerprints at the command line")
struct FingerprintCommandTests {
    // Goal: the body of an inquiry comes from the program, and the server takes it. Method: no
    // library in the home; one picture that an account registered, one that nobody has.
    @Test func anInquiryIsPrintedAndTaken() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let artist = try await sandbox.joinedDevice("artist", at: server)
        try await artist.must("sync")
        let stranger = sandbox.device("stranger")
        let told = try await stranger.must(
            "fingerprint", try sandbox.picture(1).path, "--json")
        let reading = try #require(try told.object()["reading"] as? [String: Any], "\(told)")
        #expect((reading["variants"] as? [String])?.count == 8)
        #expect(try told.object().keys.sorted() == ["reading"])
        #expect(!FileManager.default.fileExists(atPath: stranger.home.path))
        let reply = try await ask(server, told.output)
        #expect(reply["match"] as? String == "near", "\(reply)")
        let words = try await stranger.must("fingerprint", try sandbox.picture(1).path)
        #expect(words.output.contains("quality"), "\(words)")
        let other = try await stranger.must(
            "fingerprint", try sandbox.picture(4).path, "--json")
        #expect(try await ask(server, other.output)["match"] as? String == "none")
        let noPicture = try sandbox.file("notes.txt", Array("x".utf8))
        #expect(try await stranger.run("fingerprint", noPicture.path).status == 1)
    }

    private func ask(_ server: RunningServer, _ body: String) async throws -> [String: Any] {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "inquiry.json")
        try Data(body.utf8).write(to: file)
        return try await Program.run(
            command: [
                "curl", "-sS", server.address + "/v1/rights/inquiries", "-d", "@\(file.path)",
            ], shown: "curl", home: nil, in: folder.url
        ).object()
    }
}
