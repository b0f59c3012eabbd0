import ArgumentParser
import AtelierProtocol
import Foundation

/// `watch`.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Hold connections that watch, until standard input ends.")

    @OptionGroup var target: Target
    @Option(help: "How many.") var count = 2000
    @Option(help: "How many of one account, at most 64.") var perAccount = 50

    func run() async throws {
        Self.raiseFileLimit()
        let codes = try target.codes()
        let port = target.server.split(separator: ":").last.flatMap { Int($0) } ?? 0
        var connections: [WatchingConnection] = []
        for code in codes where connections.count < count {
            let device = try await LoadDevice(at: target.server, invite: code)
            for _ in 0..<min(perAccount, count - connections.count) {
                let proof = try device.proof("GET", AccountEvent.target, [])
                guard let connection = WatchingConnection(port: port, proof: proof) else {
                    throw ValidationError("Connection \(connections.count) was refused.")
                }
                connections.append(connection)
            }
        }
        guard connections.count == count else { throw ValidationError("Too few invites.") }
        // At once: `print` would keep it back until the end.
        FileHandle.standardOutput.write(Data("watching \(connections.count)\n".utf8))
        while readLine() != nil {}
    }

    private static func raiseFileLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(resource, &limit)
    }
}
