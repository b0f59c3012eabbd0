import Foundation
import TestSupport
import Testing

@Suite struct PictureTests {
    // Goal: what is no picture is refused in words, and leaves the library as it was.
    // Method: nothing, garbage, a picture cut short, a header that promises 100,000 x 100,000
    // pixels, a folder, a file that is not there.
    @Test func whatIsNoPictureIsRefused() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        let good = Array(try Data(contentsOf: try sandbox.picture(1)))
        let huge = PNGFile(promisingWidth: 100_000, height: 100_000).bytes
        let files = [
            try sandbox.file("empty.png", []),
            try sandbox.file("garbage.png", Array(repeating: 0x5A, count: 5000)),
            try sandbox.file("cut.png", Array(good.prefix(good.count / 2))),
            try sandbox.file("huge.png", huge),
            try sandbox.file("named.jpg", Array("a text".utf8)),
            sandbox.folder, sandbox.folder.appending(path: "missing.png"),
        ]
        for file in files {
            let done = try await device.run("works", "add", file.path, "--mine")
            #expect(done.status == 1, "\(done)")
            #expect(done.errors.hasPrefix("atelier: "), "\(done)")
        }
        #expect(try await device.must("works", "list", "--json").objects("works").isEmpty)
    }

    // Goal: the same picture twice is told, not repeated.
    // Method: one file added under two names.
    @Test func aDuplicateIsToldNotRepeated() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        let picture = try sandbox.picture(1)
        let copy = try sandbox.file("copy.png", Array(try Data(contentsOf: picture)))
        try await device.must("works", "add", picture.path, "--mine", "--title", "once")
        let again = try await device.run("works", "add", copy.path, "--mine", "--title", "twice")
        #expect((again.output + again.errors).contains("already"), "\(again)")
        #expect(try await device.must("works", "list", "--json").objects("works").count == 1)
    }

    // Goal: a file that cannot be taken does not keep the others out.
    // Method: three files of which the first is none and the second is missing.
    @Test func theOtherFilesAreTaken() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        let bad = try sandbox.file("bad.png", [1, 2, 3]).path
        let missing = sandbox.folder.appending(path: "missing.png").path
        let done = try await device.run(
            "works", "add", bad, missing, try sandbox.picture(1).path, "--mine", "--json")
        #expect(done.status == 1, "\(done)")
        #expect(done.errors.contains("bad.png") && done.errors.contains("missing.png"))
        #expect(try done.objects("works").count == 1)
        #expect(try await device.must("works", "list", "--json").objects("works").count == 1)
    }

    // Goal: a sketch that is no picture costs no credit.
    // Method: generate over garbage on a joined device.
    @Test func aBadSketchCostsNothing() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        let before = try await device.must("credits", "--json").output
        let garbage = try sandbox.file("sketch.png", Array(repeating: 7, count: 100))
        let done = try await device.run("generate", "--model", "m", "--sketch", garbage.path)
        #expect(done.status == 1, "\(done)")
        #expect(try await device.must("credits", "--json").output == before)
        #expect(await server.stop() == 0)
    }
}
