import Foundation
import TestSupport
import Testing

/// The files that commands write: one rule.
@Suite struct OutputFileTests {
    // Goal: a file holds what its name says. Method: each ending that is written, by its first
    // bytes; an ending of another format, and none, are refused before a credit is spent.
    @Test func theEndingSaysTheFormat() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        for name in ["x.gif", "x", "png", "x.png.txt"] {
            let done = try await device.run(
                "generate", "--model", "m", "--size", "64x64", "--out", name)
            #expect(done.status == 64 && done.errors.contains(".png"), "\(done)")
        }
        let untouched = try await device.must("credits", "--json").object()
        #expect(untouched["usable"] as? Int == 2, "\(untouched)")
        try await device.must(
            "generate", "--model", "m", "--seed", "1", "--size", "64x64", "--out", "x.PNG")
        let made = try await device.must("generations", "list", "--json").objects("generations")
        let id = try #require(made.first?["id"] as? String)
        for name in ["x.jpg", "x.JPEG", "x.webp"] {
            try await device.must("generations", "export", id, "--out", name)
        }
        try await device.must("generations", "map", id, "--out", "map.webp")
        try await device.must("models", "show", "m", "--chart", "chart.jpg")
        let starts: [(String, [UInt8])] = [
            ("x.PNG", [0x89, 0x50, 0x4E, 0x47]), ("x.jpg", [0xFF, 0xD8, 0xFF]),
            ("x.JPEG", [0xFF, 0xD8, 0xFF]), ("x.webp", Array("RIFF".utf8)),
            ("map.webp", Array("RIFF".utf8)), ("chart.jpg", [0xFF, 0xD8, 0xFF]),
        ]
        for (name, start) in starts {
            #expect(try sandbox.bytes(name).starts(with: start), "\(name)")
        }
        #expect(await server.stop() == 0)
    }

    // Goal: no command writes over a file that is there, and each does with --force.
    // Method: the same text file in every command's way; its bytes before and after.
    @Test func whatIsThereStays() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        #expect(try await device.generate(seed: 1).status == 0)
        let made = try await device.must("generations", "list", "--json").objects("generations")
        let id = try #require(made.first?["id"] as? String)
        let old = Array("mine".utf8)
        let commands = [
            ["generate", "--model", "m", "--seed", "1", "--size", "64x64", "--out", "there.png"],
            [
                "generate", "--model", "m", "--seed", "1", "--size", "64x64", "--again",
                "--preview", "there.png",
            ],
            ["generations", "export", id, "--out", "there.png"],
            ["generations", "map", id, "--out", "there.png"],
            ["models", "show", "m", "--chart", "there.png"],
            ["bundle", "export", "there.png"], ["backup", "there.png"],
        ]
        for command in commands {
            let file = try sandbox.file("there.png", old)
            let refused = try await Program.run(
                Programs.client, command, home: device.home, in: sandbox.folder)
            #expect(refused.status == 73 && refused.errors.contains("--force"), "\(refused)")
            #expect(try sandbox.bytes("there.png") == old, "\(refused)")
            let forced = try await Program.run(
                Programs.client, command + ["--force"], home: device.home, in: sandbox.folder)
            #expect(forced.status == 0, "\(forced)")
            // So small a picture has no earlier state to show.
            let isPreview = command.contains("--preview")
            #expect(try sandbox.bytes("there.png") != old || isPreview, "\(forced)")
            try FileManager.default.removeItem(at: file)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: sandbox.folder.path)
        #expect(!left.contains { $0.hasSuffix("-part") || $0.contains(".database") }, "\(left)")
        #expect(await server.stop() == 0)
    }

    // Goal: nothing is written over what it is made from, under any of its names, nor among the
    // library's own files; --force or not. Method: a sketch by its name, a hard and a soft link.
    @Test func noInputIsWrittenOver() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        let sketch = try sandbox.picture(3)
        let bytes = Array(try Data(contentsOf: sketch))
        let hard = sandbox.folder.appending(path: "hard.png")
        let soft = sandbox.folder.appending(path: "soft.png")
        try FileManager.default.linkItem(at: sketch, to: hard)
        try FileManager.default.createSymbolicLink(at: soft, withDestinationURL: sketch)
        for name in [sketch.path, "./picture-3.png", hard.path, soft.path] {
            for option in ["--out", "--preview"] {
                let done = try await device.run(
                    "generate", "--model", "m", "--sketch", sketch.path, option, name, "--force")
                #expect(done.status == 64 && done.errors.contains("made from"), "\(done)")
            }
        }
        #expect(Array(try Data(contentsOf: sketch)) == bytes)
        let own = device.home.appending(path: "works/x.png").path
        let inside = try await device.run("models", "show", "m", "--chart", own, "--force")
        #expect(inside.status == 64, "\(inside)")
        let same = try await device.run(
            "generate", "--model", "m", "--out", "a.png", "--preview", "./a.png")
        #expect(same.status == 64 && same.errors.contains("same file"), "\(same)")
        let credits = try await device.must("credits", "--json").object()
        #expect(credits["usable"] as? Int == 2, "\(credits)")
        #expect(await server.stop() == 0)
    }
}
