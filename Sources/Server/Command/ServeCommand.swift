public import ArgumentParser
public import AtelierProtocol
public import AtelierServer
import CreditLedger
import Foundation
import Logging

/// `serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer artists' devices until SIGTERM or Ctrl-C.",
        discussion: """
            Speaks plain HTTP: put a proxy that speaks TLS in front for any address but loopback.
            """
    )

    @OptionGroup var options: DataOptions
    @OptionGroup var proxies: ProxyOptions
    @Option(help: "Address and port; port 0 lets the system choose.")
    var listen = ListenAddress(host: "127.0.0.1", port: 8787)
    @Option(help: "Where a suspended artist can appeal; told with the suspension.")
    var appeal = ""
    @Option(help: "How accounts are opened: invite, approval (by accounts approve) or open.")
    var registration = Registration.invite
    @Option(help: "Free credits of a new account.")
    var freeCredits = 2
    @Option(help: "Days that a lent credit can be used offline.")
    var leaseDays = 30
    @Option(help: "Address and port for Prometheus to read metrics at; off by default.")
    var metricsListen: ListenAddress?
    @Option(help: "How long requests under way may take after SIGTERM, such as 30s.")
    var shutdownGrace = Lifetime(seconds: 30)
    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "info"
    @Option(help: "What log lines look like: text or json.")
    var logFormat = LogFormat.text.rawValue

    func validate() throws {
        guard (0...1000).contains(freeCredits) else {
            throw ValidationError("--free-credits lies between 0 and 1000.")
        }
        guard (1...365).contains(leaseDays) else {
            throw ValidationError("--lease-days lies between 1 and 365.")
        }
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("\(logLevel) is not a log level.")
        }
        guard LogFormat(rawValue: logFormat) != nil else {
            throw ValidationError("--log-format is text or json.")
        }
    }

    func run() async throws {
        do {
            var policy = ServerPolicy()
            policy.appeal = appeal
            policy.registration = registration
            policy.trustedProxies = proxies.proxies
            policy.ledger.freeCredits = freeCredits
            policy.ledger.lease = .seconds(leaseDays * 86_400)
            let core = try options.open(policy, isNewAllowed: true)
            let logger = (LogFormat(rawValue: logFormat) ?? .text)
                .logger(level: Logger.Level(rawValue: logLevel) ?? .info)
            var settings = ServeSettings(listen.place)
            settings.metrics = metricsListen?.place
            settings.grace = shutdownGrace.duration
            let (main, metrics) = (listen, metricsListen)
            let first = try core.firstAdministrator()
            let names = registration == .invite ? nil : core.fingerprint
            try await core.serve(settings, logger: logger) { port, metricsPort in
                Printer.line("atelier-server: listening on http://\(main.shownHost):\(port)")
                first.map(InvitationView.init)?.lines.forEach(Printer.line)
                if let names { Printer.line("atelier-server: fingerprint \(names)") }
                if let metrics, let metricsPort {
                    Printer.line(
                        "atelier-server: metrics at "
                            + "http://\(metrics.shownHost):\(metricsPort)/metrics")
                }
            }
        } catch {
            throw Failure.report(error)
        }
    }
}

extension Registration: ExpressibleByArgument {}
extension ModeratorRole: ExpressibleByArgument {}

/// `host:port`, or `[v6]:port`.
struct ListenAddress: ExpressibleByArgument {
    let host: String
    let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"),
            let port = Int(argument[argument.index(after: colon)...]), (0...65_535).contains(port)
        else { return nil }
        let host = String(argument[..<colon])
        guard !host.isEmpty else { return nil }
        self.host =
            host.hasPrefix("[") && host.hasSuffix("]")
            ? String(host.dropFirst().dropLast()) : host
        self.port = port
    }

    var place: ServeSettings.Place { .init(host: host, port: port) }

    var shownHost: String { host.contains(":") ? "[\(host)]" : host }

    var defaultValueDescription: String { "\(shownHost):\(port)" }
}
