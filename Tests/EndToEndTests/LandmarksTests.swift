import Foundation
import TestSupport
import Testing

@Suite struct LandmarksTests {
    // Goal: an artist marks characters by files, sees the marks, trains and gets a figure.
    // Method: the whole way by commands on painted characters; the last landmarks by standard
    // input, and one work is left without.
    @Test func aFigureFromMarkedWorks() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        var ids: [String] = []
        for number in 0..<4 {
            ids.append(try await sandbox.addCharacter(number, to: device))
            let file = try sandbox.file("marks.json", Array(PaintedCharacter(number).json.utf8))
            if number < 3 {
                let done = try await device.must(
                    "works", "landmarks", ids[number], "--figure", file.path)
                #expect(done.output.contains("landmarks set"))
            } else {
                try await device.must(
                    "works", "landmarks", ids[number], "--figure", "-",
                    input: PaintedCharacter(number).json)
            }
        }
        let plain = try await sandbox.addCharacter(7, to: device)
        #expect(try await device.must("works", "list").output.contains("landmarks"))
        let shown = try await device.must("works", "show", ids[0], "--json").object()
        #expect((shown["landmarks"] as? [String: Any])?["yaw"] as? Int == 0)
        let printed = try await device.must("works", "landmarks", ids[1])
        try await device.must("works", "landmarks", ids[1], "--figure", "-", input: printed.output)
        let drawn = sandbox.folder.appending(path: "drawn.png").path
        let proposal = try await device.must(
            "works", "landmarks", ids[1], "--propose", "--show", drawn)
        #expect(try proposal.object()["head_outline"] != nil)
        #expect(FileManager.default.fileExists(atPath: drawn))
        try await device.must("models", "train", "cast", "--all")
        let model = try await device.must("models", "show", "cast").output
        #expect(model.contains("from 4 of 6 works"))
        let made = try await device.must(
            "generate", "--model", "cast", "--figure", "--head", ids[2], "--seed", "3", "--size",
            "96x120")
        #expect(made.output.contains("the head is from \"character 2\""), "\(made)")
        #expect(made.errors.contains("no landmarks: first, character 7"), "\(made)")
        let old = try await device.must(
            "works", "landmarks", plain, "--figure", "-",
            input:
                PaintedCharacter(7).json)
        #expect(old.errors.contains("models train"))
        #expect(try await device.must("models", "show", "cast").errors.contains("1 work"))
        #expect(await server.stop() == 0)
    }

    // Goal: what is wrong ends with the fitting status and words.
    // Method: a work without landmarks, a file that holds none, options that exclude each other.
    @Test func whatIsWrongIsTold() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        let id = try await sandbox.addCharacter(1, to: device)
        let none = try await device.must("works", "landmarks", id)
        #expect(none.output.isEmpty && none.errors.contains("no landmarks"))
        #expect(
            try await device.must("works", "landmarks", id, "--json").object()["landmarks"] == nil)
        #expect(try await device.run("works", "landmarks", id, "--show", "x.png").status == 1)
        let bad = try sandbox.file("bad.json", Array("{\"yaw\": 1}".utf8))
        let refused = try await device.run("works", "landmarks", id, "--figure", bad.path)
        #expect(refused.status == 1 && refused.errors.contains("left_eye"), "\(refused)")
        let clash = try await device.run("works", "landmarks", id, "--remove", "--propose")
        #expect(clash.status == 64)
        for options in [["--pose", id], ["--figure", "--pattern"]] {
            let done = try await Program.run(
                Programs.client, ["generate", "--model", "m"] + options, home: device.home,
                in: sandbox.folder)
            #expect(done.status == 64, "\(done)")
        }
    }
}

extension Sandbox {
    /// Adds a painted character, called `character N`, and gives its id.
    fileprivate func addCharacter(_ number: Int, to device: Device) async throws -> String {
        let picture = PNGFile(
            width: PaintedCharacter.width, height: PaintedCharacter.height,
            pixels: PaintedCharacter(number).pixels)
        let file = try file("character-\(number).png", picture.bytes)
        let added = try await device.must(
            "works", "add", file.path, "--mine", "--title", "character \(number)", "--json")
        let work = try #require(try added.objects("works").first?["work"] as? [String: Any])
        return try #require(work["id"] as? String)
    }
}
