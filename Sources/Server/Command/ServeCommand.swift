import ArgumentParser
import AtelierProtocol
import AtelierServer
import Console
import Logging

/// `serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer artists' devices until SIGTERM or Ctrl-C.",
        discussion: """
            Speaks plain HTTP unless it has a certificate: for any address but loopback give \
            --tls-cert and --tls-key, or put a proxy that speaks TLS in front and say \
            --allow-plain-http. What is not said \
            here is taken from atelier-server.toml in the server's folder, if there is one.
            """
    )

    @OptionGroup var options: DataOptions
    @OptionGroup var proxies: ProxyOptions
    @Option(help: "Address and port; port 0 lets the system choose (default: 127.0.0.1:8787).")
    var listen: String?
    @Option(help: "The certificate and those that signed it, a PEM file; SIGHUP reads it again.")
    var tlsCert: String?
    @Option(help: "The certificate's private key, a PEM file.")
    var tlsKey: String?
    @Flag(
        help: """
            Speak plain HTTP where other machines reach it, behind a proxy that speaks TLS.
            """)
    var allowPlainHttp = false
    @Option(help: "Where a suspended artist can appeal; told with the suspension.")
    var appeal: String?
    @Option(help: "How accounts are opened: invite, approval or open (default: invite).")
    var registration: String?
    @Option(help: "Free credits of a new account (default: 2).")
    var freeCredits: Int?
    @Option(help: "Days that a lent credit can be used offline (default: 30).")
    var leaseDays: Int?
    @Option(help: "Address and port for Prometheus to read metrics at; off by default.")
    var metricsListen: String?
    @Option(help: "How long requests under way may take after SIGTERM (default: 30s).")
    var shutdownGrace: Lifetime?
    @Option(help: "trace, debug, info, notice, warning, error or critical (default: info).")
    var logLevel: String?
    @Option(help: "What log lines look like: text or json (default: text).")
    var logFormat: String?
    @Flag(help: "Print every setting as a policy file, with what it is for, and do nothing else.")
    var printConfig = false

    func run() async throws {
        do {
            let settings = try settings()
            if printConfig { return try Printer.block(settings.text.trimmingNewline) }
            let lock = try options.databaseAddress == nil ? options.lock() : nil
            defer { withExtendedLifetime(lock) {} }
            let core = try options.open(settings.policy, isNewAllowed: true)
            let logger = settings.logFormat.logger(level: settings.logLevel)
            let first = try core.moderators.firstAdministrator()
            if settings.serve.isPublicPlainHTTP { Self.warn(settings.serve.address, logger) }
            let console = try await Console(
                core: core, speaksTLS: settings.serve.tls != nil)
            try await core.serve(settings.serve, pages: console, logger: logger) {
                port, metricsPort in
                let lines = Self.lines(
                    settings, core, first, port: port, metricsPort: metricsPort)
                do {
                    try Printer.lines(lines)
                } catch {
                    // The artists' devices need no standard output.
                    logger.error(
                        "standard output cannot be written",
                        metadata: ["error": "\(error)", "port": "\(port)"])
                }
            }
        } catch {
            throw Failure.report(error)
        }
    }

    /// Prints where the server listens.
    private static func lines(
        _ settings: ServerSettings, _ core: ServerCore, _ first: ModeratorInvitation?, port: Int,
        metricsPort: Int?
    ) -> [String] {
        let address = settings.serve.address
        let scheme = settings.serve.tls == nil ? "http" : "https"
        var lines = ["atelier-server: listening on \(scheme)://\(address.shownHost):\(port)"]
        if let metrics = settings.serve.metrics, let metricsPort {
            lines.append(
                "atelier-server: metrics at http://\(metrics.shownHost):\(metricsPort)/metrics")
        }
        if let first {
            let own = "\(scheme)://\(address.isLoopback ? "localhost" : address.shownHost):\(port)"
            // A passkey is made for a name: on this machine for localhost, not for its number.
            lines += InvitationView(first, at: core.policy.site?.origin ?? own).lines
        }
        if settings.policy.registration != .invite {
            lines.append("atelier-server: fingerprint \(core.fingerprint)")
        }
        return lines
    }

    private static func warn(_ address: SocketAddress, _ logger: Logger) {
        let text =
            "plain HTTP on \(address), which other machines reach: whoever is on the way reads and "
            + "changes what is not sealed, unless a proxy that speaks TLS stands in front"
        Printer.note("atelier-server: WARNING: \(text).")
        logger.warning(
            "plain HTTP is reached by other machines", metadata: ["address": "\(address)"])
    }

    /// The policy file, and what the command line says otherwise.
    private func settings() throws -> ServerSettings {
        var settings = try options.settings()
        try settings.set("listen", by: "--listen", listen)
        try settings.set("metrics_listen", by: "--metrics-listen", metricsListen)
        try settings.set("tls_cert", by: "--tls-cert", tlsCert)
        try settings.set("tls_key", by: "--tls-key", tlsKey)
        try settings.set(
            "plain_http", by: "--allow-plain-http", allowPlainHttp ? "anywhere" : nil)
        try settings.set("appeal", by: "--appeal", appeal)
        try settings.set("registration", by: "--registration", registration)
        try settings.set("trusted_proxies", by: "--trusted-proxy", proxies.joined)
        try settings.set("forwarded_header", by: "--forwarded-header", proxies.forwardedHeader)
        try settings.set("log_level", by: "--log-level", logLevel)
        try settings.set("log_format", by: "--log-format", logFormat)
        try settings.set("credits.free", by: "--free-credits", freeCredits)
        try settings.set("credits.lease_days", by: "--lease-days", leaseDays)
        let grace = shutdownGrace.map { Int($0.duration.components.seconds) }
        try settings.set("shutdown_grace_seconds", by: "--shutdown-grace", grace)
        try settings.finish()
        return settings
    }
}

extension String {
    fileprivate var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
