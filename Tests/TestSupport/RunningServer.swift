package import Foundation

/// An `atelier-server serve` on a loopback port.
package final class RunningServer: Sendable {
    /// Such as `http://127.0.0.1:49152`.
    package let address: String
    /// Where metrics are read, where the options ask for that.
    package let metricsAddress: String?
    private let process: Process
    private let ended: AsyncStream<Void>

    /// Starts it and reads the line with which it says that it listens.
    ///
    /// - Parameters:
    ///   - database: A PostgreSQL database; nil: a file in the folder.
    ///   - host: A name or address of this machine.
    ///   - port: 0 takes a free one.
    ///   - killedAt: At which of its calls it is killed with signal 9, see ``KillSwitch``.
    ///   - options: More options of `serve`.
    ///   - log: A file that gets what it says on standard error.
    ///   - descriptors: How many files and connections it may have open; nil: as many as this
    ///     program.
    package init(
        data: URL, database: String? = nil, host: String = "127.0.0.1", port: Int = 0,
        killedAt call: Int? = nil, options: [String] = [], log: FileHandle? = nil,
        descriptors: Int? = nil
    ) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            (descriptors.map { ["sh", "-c", "ulimit -n \($0); exec \"$@\"", "sh"] } ?? [])
            + (call.map { KillSwitch.command(at: $0) } ?? [])
            + [
                try Programs.url(Programs.server).path, "serve", "--listen", "\(host):\(port)",
                "--data", data.path,
            ] + (database.map { ["--database", $0] } ?? []) + options
        process.environment = Programs.environment(home: nil)
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = log ?? FileHandle.nullDevice
        let (ended, ending) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in ending.finish() }
        try process.start()
        self.process = process
        self.ended = ended
        let hasMetrics = options.contains("--metrics-listen")
        let lines = await Self.lines(hasMetrics ? 2 : 1, of: output.fileHandleForReading)
        address = try Self.address(in: lines.first)
        metricsAddress = hasMetrics ? try Self.address(in: lines.dropFirst().first) : nil
    }

    private static func address(in line: Substring?) throws -> String {
        guard let line, let start = line.firstRange(of: "http") else {
            throw NotListening(line: String(line ?? ""))
        }
        return String(line[start.lowerBound...].prefix { !$0.isWhitespace })
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// The port of ``address``.
    package var port: Int { address.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// Asks it to end, and answers with its exit status.
    package func stop() async -> Int32 {
        process.terminate()
        return await status()
    }

    /// Ends it at once.
    package func kill9() async {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        _ = await status()
    }

    /// Sends it a signal.
    package func send(signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// Waits for its end.
    package func status() async -> Int32 {
        for await _ in ended {}
        return process.terminationStatus
    }

    /// A server that ended before it listened.
    package struct NotListening: Error, CustomStringConvertible {
        let line: String
        package var description: String { "The server does not listen; it said: \(line)" }
    }

    /// Reading blocks, so it is done on a thread of its own.
    private static func lines(_ count: Int, of handle: FileHandle) async -> [Substring] {
        await withCheckedContinuation { done in
            DispatchQueue.global().async {
                var bytes: [UInt8] = []
                while bytes.count(where: { $0 == UInt8(ascii: "\n") }) < count {
                    let more = handle.availableData
                    if more.isEmpty { break }
                    bytes += more
                }
                let text = String(decoding: bytes, as: UTF8.self)
                done.resume(returning: text.split(separator: "\n"))
            }
        }
    }
}
