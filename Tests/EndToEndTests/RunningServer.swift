import Foundation

/// An `atelier-server serve` on a loopback port.
final class RunningServer: Sendable {
    /// Such as `http://127.0.0.1:49152`.
    let address: String
    private let process: Process
    private let hasDeadline: Bool
    private let ended: AsyncStream<Void>

    /// Starts it and reads the line with which it says that it listens.
    ///
    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - deadline: After so many seconds it is killed with signal 9.
    init(data: URL, port: Int = 0, deadline: Double? = nil) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            (deadline.map { ["timeout", "--signal=KILL", String($0)] } ?? [])
            + [
                try Programs.url(Programs.server).path, "serve", "--listen", "127.0.0.1:\(port)",
                "--data", data.path,
            ]
        process.environment = Programs.environment(home: nil)
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        let (ended, ending) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in ending.finish() }
        try process.run()
        self.process = process
        hasDeadline = deadline != nil
        self.ended = ended
        let line = await Self.firstLine(of: output.fileHandleForReading)
        guard let start = line.firstRange(of: "http://") else { throw NotListening(line: line) }
        address = String(line[start.lowerBound...].prefix { !$0.isWhitespace })
    }

    deinit {
        // A `timeout` that is asked to end takes the server with it; one that is killed does not.
        if process.isRunning {
            kill(process.processIdentifier, hasDeadline ? SIGTERM : SIGKILL)
        }
    }

    /// The port of ``address``.
    var port: Int { address.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// Asks it to end, and answers with its exit status.
    func stop() async -> Int32 {
        process.terminate()
        return await status()
    }

    /// Ends it at once, or waits until its deadline does so.
    func kill9() async {
        if !hasDeadline { kill(process.processIdentifier, SIGKILL) }
        _ = await status()
    }

    /// Waits for its end.
    func status() async -> Int32 {
        for await _ in ended {}
        return process.terminationStatus
    }

    /// A server that ended before it listened.
    struct NotListening: Error, CustomStringConvertible {
        let line: String
        var description: String { "The server does not listen; it said: \(line)" }
    }

    /// Reading blocks, so it is done on a thread of its own.
    private static func firstLine(of handle: FileHandle) async -> String {
        await withCheckedContinuation { done in
            DispatchQueue.global().async {
                var bytes: [UInt8] = []
                while !bytes.contains(UInt8(ascii: "\n")) {
                    let more = handle.availableData
                    if more.isEmpty { break }
                    bytes += more
                }
                done.resume(returning: String(decoding: bytes, as: UTF8.self))
            }
        }
    }
}
