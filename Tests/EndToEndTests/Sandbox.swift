import Foundation
import TestSupport
import Testing

/// A temporary folder with devices, a server's data and pictures; removed at the end.
final class Sandbox: Sendable {
    private let temporary: TemporaryFolder

    init() throws {
        temporary = try TemporaryFolder()
    }

    /// Where everything lies.
    var folder: URL { temporary.url }

    /// Where the server keeps its things.
    var data: URL { folder.appending(path: "server") }

    /// A device whose library is, or will be, a folder of that name.
    func device(_ name: String) -> Device { Device(sandbox: self, name: name) }

    /// Runs a command of the operator, which must succeed.
    func operate(_ arguments: String...) async throws -> Outcome {
        let done = try await Program.run(
            Programs.server, arguments + ["--data", data.path], in: folder)
        try #require(done.status == 0, "\(done)")
        return done
    }

    /// A new invite's code.
    func invite() async throws -> String {
        let text = try await operate("invite", "create").output
        let start = try #require(text.firstRange(of: "ati1-"), "\(text)")
        return String(text[start.lowerBound...].prefix { !$0.isWhitespace && $0 != "\"" })
    }

    /// The id of a joined device's account.
    func account(of device: Device) async throws -> String {
        let status = try await device.must("status", "--json").object()
        return try #require(status["account"] as? String, "\(status)")
    }

    /// A device with a library, one work, a model `m`, and an account on the server.
    func joinedDevice(_ name: String, at server: RunningServer) async throws -> Device {
        let device = try await libraryWithModel(name)
        try await device.must("join", server.address, "--invite", try await invite())
        return device
    }

    /// A device with a library, one work and a model `m`; it has spoken to nobody.
    func libraryWithModel(_ name: String) async throws -> Device {
        let device = device(name)
        try await device.must("init", "--device-name", name)
        try await device.must("works", "add", try picture(1).path, "--mine", "--title", "first")
        try await device.must("models", "train", "m", "--all")
        return device
    }

    /// Makes a picture file; every number gives another picture.
    func picture(_ number: Int) throws -> URL {
        let picture = PNGFile(width: 96, height: 96) { x, y in
            let stripe = (x * (number % 5 + 1) + y * (number % 3 + 1)) / 12 % 3
            return [UInt8(60 + 70 * stripe), UInt8((y * 2 + number * 37) % 200), 90]
        }
        return try file("picture-\(number).png", picture.bytes)
    }

    /// The bytes of a file in the folder.
    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    /// Makes a file of these bytes.
    func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
        let url = folder.appending(path: name)
        try Data(bytes).write(to: url)
        return url
    }
}
