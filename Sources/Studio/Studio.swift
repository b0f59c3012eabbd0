public import AtelierLibrary
import Foundation
package import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// The artist's page: a server for the browser of this machine, on a library.
public struct Studio: Sendable {
    /// How the page is served.
    public struct Settings: Sendable {
        /// The port; 0 lets the system choose.
        public var port = 0
        /// Whether it goes on when the last page was closed.
        public var stays = false

        /// The usual ones.
        public init() {}
    }

    private let settings: Settings
    private let keys = AccessKeys()
    private let address = StudioAddress()
    private let services: StudioServices
    private let routes: StudioRouter

    /// The page of the library in a folder; where there is none yet, the page makes it.
    ///
    /// - Throws: `CatalogueError` where the page's texts are missing.
    public init(
        folder: LibraryFolder, environment: LibraryEnvironment = .system,
        settings: Settings = Settings()
    ) throws {
        self.settings = settings
        let events = EventHub()
        services = StudioServices(
            library: OpenLibrary(folder: folder, environment: environment),
            jobs: JobBoard(events: events), events: events)
        routes = StudioRouter(studio: services, site: try SiteFiles())
    }

    /// Serves until the program is told to stop, or the last page was closed.
    ///
    /// - Parameter onReady: Called once with two addresses, of which each opens the page once: one
    ///   for the artist to read, one for a browser that the program opens.
    /// - Throws: ``StudioError/cannotListen(port:reason:)``.
    public func run(
        onReady: @escaping @Sendable (_ shown: String, _ opened: String) -> Void
    ) async throws {
        services.library.sweepIncoming()
        let application = application(port: settings.port) {
            onReady(issueAddress(), issueAddress())
        }
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: application, successTerminationBehavior: .gracefullyShutdownGroup),
                .init(
                    service: StudioKeeper(services: services, stays: settings.stays),
                    successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: application.logger)
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            throw StudioError.cannotListen(
                port: settings.port, reason: String(cString: strerror(error.errnoCode)))
        }
    }

    /// A new address that opens the page once, in one browser.
    package func issueAddress() -> String {
        "http://\(address.authority)/open?ticket=\(keys.issueTicket())"
    }

    /// What is served, without the end after the last page; tests ask it.
    package func application(
        port: Int = 0, onReady: @escaping @Sendable () -> Void = {}
    ) -> Application<AccessResponder> {
        var logger = Logger(label: "atelier-ui")
        logger.logLevel = .critical
        return Application(
            responder: AccessResponder(
                keys: keys, address: address, routes: routes.router.buildResponder()),
            configuration: .init(
                address: .hostname(address.host, port: port), backlog: Limits.backlog),
            onServerRunning: { channel in
                address.port = channel.localAddress?.port ?? port
                onReady()
            }, logger: logger)
    }
}

/// Why the page cannot be served.
public enum StudioError: Error, Equatable, CustomStringConvertible {
    /// The port cannot be taken.
    case cannotListen(port: Int, reason: String)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .cannotListen(let port, let reason):
            "Port \(port) of this machine cannot be used: \(reason). Choose another port, or leave "
                + "it out to take any free one."
        }
    }
}

/// Tells the pages what was written to the library, and ends the program some time after the last
/// page was closed.
struct StudioKeeper: Service {
    let services: StudioServices
    let stays: Bool

    func run() async throws {
        defer {
            services.jobs.stopAll()
            services.events.close()
        }
        do {
            try await cancelWhenGracefulShutdown {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await follow() }
                    group.addTask { try await waitForTheEnd() }
                    try await group.next()
                    group.cancelAll()
                }
            }
        } catch is CancellationError {
            // The program was told to end.
        }
    }

    /// Follows the library's changes, once there is one.
    private func follow() async throws {
        while true {
            if services.library.exists, let library = try? services.library.library {
                do {
                    try await library.changes { [events = services.events] tables in
                        events.tell(.changed(tables))
                    }
                } catch let error as CancellationError {
                    throw error
                } catch {
                    // A library that cannot be read just now is tried again after a while.
                }
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// Returns when no page was open for ``Limits/idleTime`` and nothing is under way.
    private func waitForTheEnd() async throws {
        while stays || services.jobs.isBusy || services.events.idleTime < Limits.idleTime {
            try await Task.sleep(for: Limits.idleLook)
        }
    }
}
