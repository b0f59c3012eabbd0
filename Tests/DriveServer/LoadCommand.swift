import ArgumentParser
import Foundation

/// `load`.
struct LoadCommand: AsyncParsableCommand {
    /// What each client does again and again.
    enum Kind: String, ExpressibleByArgument, Sendable {
        case push
        case pull
        case settle
        case register
        case inquire
    }

    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Let clients ask at once; print one line of JSON.")

    @OptionGroup var target: Target
    @Option(help: "push, pull, settle, register or inquire.") var kind: Kind
    @Option(help: "How many at once.") var clients = 64
    @Option(help: "How often each.") var each = 64
    @Option(help: "Bytes of a pushed segment.") var bytes = 600
    @Option(help: "Milliseconds from one request to the next; 0: at once.") var every = 0

    @Flag(help: "Say when all have joined, and wait for a line on standard input.")
    var waits = false

    func run() async throws {
        let codes = try target.codes()
        guard codes.count >= clients else { throw ValidationError("Too few invites.") }
        var devices: [LoadDevice] = []
        for code in codes.prefix(clients) {
            devices.append(try await LoadDevice(at: target.server, invite: code))
        }
        if waits {
            FileHandle.standardOutput.write(Data("joined\n".utf8))
            _ = readLine()
        }
        let start = ContinuousClock.now
        let latencies = await withTaskGroup(of: Latencies.self) { group in
            for device in devices { group.addTask { [self] in await drive(device) } }
            return await group.reduce(into: Latencies()) { $0.add($1) }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print(latencies.report(kind: kind.rawValue, clients: clients, seconds: seconds))
    }

    private func drive(_ device: LoadDevice) async -> Latencies {
        var (device, latencies) = (device, Latencies())
        let turns = Pacer(milliseconds: every)
        for _ in 0..<each {
            await turns.next()
            do {
                let took =
                    switch kind {
                    case .push: try await device.push(bytes: bytes)
                    case .pull: try await device.pull()
                    case .settle: try await device.settle()
                    case .register: try await device.register()
                    case .inquire: try await device.inquire()
                    }
                latencies.add(took)
            } catch {
                if latencies.failures == 0 {
                    FileHandle.standardError.write(Data("drive-server: \(error)\n".utf8))
                }
                latencies.failures += 1
            }
        }
        return latencies
    }
}
