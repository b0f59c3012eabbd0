package import Hummingbird
public import Logging
import NIOCore

extension ServerCore {
    /// The routes, for a test in process.
    package var router: Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: EnvelopeMiddleware(clock: clock))
        Routes(core: self).add(to: router)
        return router
    }

    /// Answers requests at `host` and `port` until the program is told to stop.
    ///
    /// On SIGTERM or SIGINT it takes no new connection and finishes the requests under way.
    ///
    /// - Parameters:
    ///   - port: 0 lets the system choose.
    ///   - onListening: Called once with the real port.
    public func serve(
        host: String, port: Int, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void
    ) async throws {
        let application = Application(
            router: router,
            configuration: .init(
                address: .hostname(host, port: port), serverName: "atelier-server"),
            services: [LiveService(core: self, logger: logger)],
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? port) },
            logger: logger)
        try await application.runService()
    }
}
