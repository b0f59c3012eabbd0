package import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore

extension ServerCore {
    /// The routes, for a test in process.
    package var router: Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: EnvelopeMiddleware(clock: environment.clock, metrics: metrics))
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

    /// What `serve` runs, on any loopback port, for a test.
    package var guardedApplication: Application<RouterResponder<ServerContext>> {
        guarded(
            router, at: SocketAddress(host: "127.0.0.1", port: 0), nil, connections,
            Logger(label: "test")
        ) { _ in }
    }

    /// Answers requests until the program is told to stop.
    ///
    /// On SIGTERM or SIGINT it takes no new connection and finishes the requests under way, for as
    /// long as the settings say; a second signal ends the program at once. SIGHUP makes it read its
    /// certificate again, where it has one.
    ///
    /// - Parameter onListening: Called once with the ports taken.
    /// - Throws: ``ServerError/cannotListen(address:reason:)`` where a port cannot be taken;
    ///   ``ServerError/wrongClock(_:now:)`` where this machine's clock cannot be right.
    public func serve(
        _ settings: ServeSettings, logger: Logger,
        onListening: @escaping @Sendable (_ port: Int, _ metricsPort: Int?) -> Void
    ) async throws {
        try settings.checkPorts()
        try time.check()
        let tls = try settings.tls.map { try TLSContext($0) }
        limitConnections(logger)
        let listening = Listening(hasMetrics: settings.metrics != nil, tell: onListening)
        var application = guarded(router, at: settings.address, tls, connections, logger) { port in
            listening.began(main: port)
        }
        application.addServices(
            LiveService(core: self, logger: logger), ClockService(core: self, logger: logger))
        if let place = settings.metrics {
            let table = ConnectionTable(policy)
            application.addServices(
                guarded(metricsRouter, at: place, nil, table, logger) { port in
                    listening.began(metrics: port)
                })
        }
        let termination = Termination(of: application, grace: settings.grace, logger: logger)
        try await termination.run {
            guard let tls else {
                return logger.notice("told to reload: there is no certificate to read again")
            }
            do {
                try tls.reload()
                logger.notice("the certificate was read again")
            } catch {
                logger.error("the certificate stays as it was", metadata: ["error": "\(error)"])
            }
        }
    }

    /// As many descriptors as the system gives, and fewer connections than that.
    private func limitConnections(_ logger: Logger) {
        let descriptors = DescriptorLimit.raise()
        let most = DescriptorLimit.connections(of: descriptors, policy: policy.connections)
        connections.limit(to: most, policy: policy.connections)
        logger.notice(
            "limits", metadata: ["descriptors": "\(descriptors)", "connections": "\(most)"])
    }

    private func guarded<Context: RequestContext>(
        _ router: Router<Context>, at place: SocketAddress, _ tls: TLSContext?,
        _ table: ConnectionTable, _ logger: Logger, onPort: @escaping @Sendable (Int) -> Void
    ) -> Application<RouterResponder<Context>>
    where Context.Source == ApplicationRequestContextSource {
        let policy = policy.connections
        return Application(
            router: router,
            server: HTTPServerBuilder { responder in
                GuardedChannel(tls: tls, policy: policy, table: table, responder: responder)
            },
            configuration: .init(
                address: .hostname(place.host, port: place.port), serverName: "atelier-server",
                backlog: Limits.backlog),
            onServerRunning: { channel in
                // Before the framework sees a connection, or an error in accepting one.
                try? await channel.eventLoop.submit {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptGuard(table, logger: logger), position: .first)
                }.get()
                onPort(channel.localAddress?.port ?? place.port)
            },
            logger: logger)
    }
}
