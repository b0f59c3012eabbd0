import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Runs services until the program is told to stop.
///
/// The first SIGTERM or SIGINT lets what is under way end; the second one ends the program at once.
struct Termination {
    private let group: ServiceGroup
    private let logger: Logger

    init(of service: any Service, grace: Duration, logger: Logger) {
        var configuration = ServiceGroupConfiguration(services: [service], logger: logger)
        configuration.maximumGracefulShutdownDuration = grace
        group = ServiceGroup(configuration: configuration)
        self.logger = logger
    }

    /// Runs until the end; requests that outlast the grace are cut off.
    ///
    /// - Parameter onHangup: What SIGHUP asks for, which never ends the program.
    func run(onHangup: @escaping @Sendable () -> Void) async throws {
        let signals = await UnixSignalsSequence(trapping: [.sigterm, .sigint, .sighup])
        let told = Told()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [group] in
                for await signal in signals {
                    if signal == .sighup {
                        onHangup()
                        continue
                    }
                    if told.isAgain() { Self.end(by: signal) }
                    await group.triggerGracefulShutdown()
                }
            }
            defer { tasks.cancelAll() }
            do {
                try await group.run()
            } catch {
                guard told.isTold else { throw error }
                logger.warning(
                    "requests under way were cut off", metadata: ["error": "\(type(of: error))"])
            }
        }
    }

    /// With the status that a shell gives to a program ended by a signal.
    private static func end(by signal: UnixSignal) -> Never {
        _exit(128 + signal.rawValue)
    }
}

/// Whether the program was told to end.
private final class Told: Sendable {
    private let state = Mutex(false)

    var isTold: Bool { state.withLock { $0 } }

    /// Notes that it is told; true where that is not the first time.
    func isAgain() -> Bool {
        state.withLock { known in
            defer { known = true }
            return known
        }
    }
}
