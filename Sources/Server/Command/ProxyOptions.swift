public import ArgumentParser
public import AtelierServer

/// Which proxies stand in front.
struct ProxyOptions: ParsableArguments {
    @Option(
        name: .customLong("trusted-proxy"),
        help: ArgumentHelp(
            """
            A proxy in front, such as 10.0.0.0/8 or ::1, whose word about a request's sender is \
            believed; may be given more than once.
            """, valueName: "cidr"))
    var ranges: [NetworkRange] = []

    @Option(help: "The one header that these proxies write: x-forwarded-for or forwarded.")
    var forwardedHeader = TrustedProxies.Header.xForwardedFor

    /// What the server needs to know of them.
    var proxies: TrustedProxies { TrustedProxies(ranges, header: forwardedHeader) }
}

extension NetworkRange: ExpressibleByArgument {
    /// Reads what stands after the option.
    public init?(argument: String) { self.init(argument) }
}

extension TrustedProxies.Header: ExpressibleByArgument {}
