package import Hummingbird
public import Logging
import NIOCore

extension ServerCore {
    /// The routes, for a test in process.
    package var router: Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: EnvelopeMiddleware(clock: clock, metrics: metrics))
        Routes(core: self).add(to: router)
        return router
    }

    /// The one route of the metrics' own address, for a test in process.
    package var metricsRouter: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: MetricsText.mediaType],
                body: .init(byteBuffer: ByteBuffer(string: self.metricsText())))
        }
        return router
    }

    /// Answers requests until the program is told to stop.
    ///
    /// On SIGTERM or SIGINT it takes no new connection and finishes the requests under way, for as
    /// long as the settings say; a second signal ends the program at once. SIGHUP makes it read its
    /// certificate again.
    ///
    /// - Parameter onListening: Called once with the ports taken.
    public func serve(
        _ settings: ServeSettings, logger: Logger,
        onListening: @escaping @Sendable (_ port: Int, _ metricsPort: Int?) -> Void
    ) async throws {
        let tls = try settings.tls.map { try TLSContext($0) }
        let listening = Listening(hasMetrics: settings.metrics != nil, tell: onListening)
        var application = Application(
            router: router, server: tls?.server ?? .http1(),
            configuration: .init(
                address: .hostname(settings.place.host, port: settings.place.port),
                serverName: "atelier-server"),
            services: [LiveService(core: self, logger: logger)],
            onServerRunning: { channel in
                listening.began(main: channel.localAddress?.port ?? settings.place.port)
            },
            logger: logger)
        if let place = settings.metrics {
            application.addServices(
                Application(
                    router: metricsRouter,
                    configuration: .init(address: .hostname(place.host, port: place.port)),
                    onServerRunning: { channel in
                        listening.began(metrics: channel.localAddress?.port ?? place.port)
                    },
                    logger: logger))
        }
        let termination = Termination(of: application, grace: settings.grace, logger: logger)
        guard let tls else { return try await termination.run(onHangup: nil) }
        try await termination.run {
            do {
                try tls.reload()
                logger.notice("the certificate was read again")
            } catch {
                logger.error("the certificate stays as it was", metadata: ["error": "\(error)"])
            }
        }
    }
}
