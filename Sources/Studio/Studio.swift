public import AtelierLibrary
import Foundation
import Hummingbird
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
    private let library: OpenLibrary
    private let routes: StudioRouter

    /// The page of the library in a folder; where there is none yet, the page makes it.
    ///
    /// - Throws: The file system's error where the page's own files are missing.
    public init(
        folder: LibraryFolder, environment: LibraryEnvironment = .system,
        settings: Settings = Settings()
    ) throws {
        self.settings = settings
        library = OpenLibrary(folder: folder, environment: environment)
        routes = StudioRouter(library: library, site: try SiteFiles())
    }

    /// A new address that opens the page once, in one browser.
    private func ticket() -> String {
        "http://\(address.authority)/open?ticket=\(keys.issueTicket())"
    }

    /// Serves until the program is told to stop, or the last page was closed.
    ///
    /// - Parameter onReady: Called once with an address that opens the page.
    public func run(onReady: @escaping @Sendable (_ address: String) -> Void) async throws {
        let application = application(port: settings.port) { onReady(ticket()) }
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: application)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: application.logger)
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func application(
        port: Int, onReady: @escaping @Sendable () -> Void
    ) -> Application<AccessResponder<RouterResponder<BasicRequestContext>>> {
        var logger = Logger(label: "atelier-ui")
        logger.logLevel = .error
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
