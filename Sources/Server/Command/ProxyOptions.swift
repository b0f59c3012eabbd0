import ArgumentParser

/// Which proxies stand in front.
struct ProxyOptions: ParsableArguments {
    @Option(
        name: .customLong("trusted-proxy"),
        help: ArgumentHelp(
            """
            A proxy in front, such as 10.0.0.0/8 or ::1, whose word about a request's sender is \
            believed; may be given more than once.
            """, valueName: "cidr"))
    var ranges: [String] = []

    @Option(
        help: """
            The one header that these proxies write: x-forwarded-for or forwarded (default: \
            x-forwarded-for).
            """)
    var forwardedHeader: String?

    /// As the policy file has them; nil where none is given.
    var joined: String? { ranges.isEmpty ? nil : ranges.joined(separator: ", ") }
}
