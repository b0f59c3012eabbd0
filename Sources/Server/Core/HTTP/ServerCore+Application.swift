import Foundation
package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import UnixSignals

extension ServerCore {
    /// The routes of the protocol, for a test in process.
    package var router: Router<ServerContext> { router(pages: nil) }

    /// The routes of the protocol, and those of pages.
    package func router(pages: (any ServerPages)?) -> Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: EnvelopeMiddleware(clock: environment.clock, metrics: metrics))
        Routes(core: self).add(to: router)
        pages?.add(to: router)
        return router
    }

    /// The one route of the metrics' own address, for a test in process.
    package var metricsRouter: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: PrometheusText.mediaType],
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
    /// - Parameters:
    ///   - pages: What is shown to browsers beside the protocol.
    ///   - onListening: Called once with the ports taken.
    /// - Throws: ``ServerError/cannotListen(address:reason:)`` where a port cannot be taken;
    ///   ``ServerError/wrongClock(_:now:)`` where this machine's clock cannot be right.
    package func serve(
        _ settings: ServeSettings, pages: (any ServerPages)?, logger: Logger,
        onListening: @escaping @Sendable (_ port: Int, _ metricsPort: Int?) -> Void
    ) async throws {
        try settings.checkPorts()
        try time.check()
        try registrations.readFingerprints()
        let tls = try settings.tls.map { try TLSContext($0) }
        limitConnections(logger)
        let listening = Listening(hasMetrics: settings.metrics != nil, tell: onListening)
        var application = guarded(
            router(pages: pages), at: settings.address, tls, connections, logger
        ) { port in listening.began(main: port) }
        application.addServices(
            LiveService(core: self, logger: logger), ClockService(core: self, logger: logger),
            RetentionWatch(core: self, logger: logger))
        if let address = settings.metrics {
            // The connections over which metrics are read are not counted.
            let table = ConnectionTable(policy, metrics: nil)
            application.addServices(
                guarded(metricsRouter, at: address, nil, table, logger) { port in
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
        _ router: Router<Context>, at address: SocketAddress, _ tls: TLSContext?,
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
                address: .hostname(address.host, port: address.port), serverName: "atelier-server",
                backlog: Limits.backlog),
            onServerRunning: { channel in
                // Before the framework sees a connection, or an error in accepting one.
                try? await channel.eventLoop.submit {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptGuard(table, logger: logger), position: .first)
                }.get()
                onPort(channel.localAddress?.port ?? address.port)
            },
            logger: logger)
    }
}

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

    /// Notes a signal to end; true where it is not the first.
    func isAgain() -> Bool {
        state.withLock { known in
            defer { known = true }
            return known
        }
    }
}
