public import HTTPTypes

/// What is asked of a server.
public struct HTTPMessage: Sendable {
    /// The method in capitals.
    public var method: String
    /// Path and query, as they are sent.
    public var target: String
    /// The header fields.
    public var headers: HTTPFields
    /// The body; nil sends none.
    public var body: [UInt8]?

    /// - Parameter target: Begins with `/`; percent-encoded.
    public init(
        method: String = "GET", target: String, headers: HTTPFields = [:], body: [UInt8]? = nil
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }
}

/// What a server answered, whatever its status.
public struct HTTPReply: Sendable {
    /// The status code.
    public var status: Int
    /// The header fields, in the order in which they came; a repeated one keeps all its values.
    public var headers: HTTPFields
    /// The body.
    public var body: [UInt8]

    /// - Parameter status: From 100 to 599.
    public init(status: Int, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Bounds of the HTTP client.
public struct HTTPLimits: Sendable {
    /// How long connecting may take.
    public var connectTimeout = Duration.seconds(10)
    /// How long a whole exchange may take; nil for one that goes on as long as bytes come.
    public var totalTimeout: Duration? = .seconds(120)
    /// How long nothing may move on a connection.
    public var stallTimeout = Duration.seconds(20)
    /// The largest reply body, in bytes.
    public var replyBytes = 12 * 1024 * 1024

    /// The longest server address, in bytes.
    package static let addressBytes = 512
    /// The most header fields of a reply that are kept.
    package static let headerFields = 128
    /// The longest header line of a reply that is kept, in bytes.
    package static let headerLineBytes = 16 * 1024
    /// The longest line of a stream of events that is read, in bytes.
    static let eventLineBytes = 64 * 1024

    /// The standard bounds.
    public init() {}
}

/// Why a request got no reply that can be used.
public enum HTTPFailure: Error, Equatable, CustomStringConvertible {
    /// The text is not `https://host[:port][/path]`, or `http://` with a loopback host.
    case badAddress(String, reason: String)
    /// Plain `http` to another machine.
    case unprotected(host: String)
    /// No connection, or it broke; `reason` is libcurl's.
    case unreachable(host: String, reason: String)
    /// The connection stalled, or the reply took longer than the limit.
    case tooSlow(host: String, reason: String)
    /// A proxy answered for a server that is not there now.
    case away(status: Int)
    /// The other side's certificate was not accepted.
    ///
    /// `authorities` is the file of those that are believed; nil: those of the system are.
    case untrusted(host: String, authorities: String?)
    /// The other side's certificate is not valid at the time that this machine's clock shows.
    case wrongDate(host: String)
    /// The file of authorities to believe cannot be used.
    case badAuthorities(file: String)
    /// The reply is larger than the caller accepts.
    case replyTooLarge(limit: Int)
    /// The reply is not what this protocol's replies look like.
    case unexpectedReply(String)
    /// The request holds a header or target that cannot be sent.
    case unsendable(String)

    /// The text form.
    public var description: String {
        switch self {
        case .badAddress(let text, let reason):
            "\"\(text)\" is not a server address: \(reason). "
                + "Write it like https://atelier.example."
        case .unprotected(let host):
            "Plain http to \(host) could be read and changed on the way. Use https://\(host)."
        case .unreachable(let host, let reason):
            "\(host) cannot be reached: \(reason). Check the network, then try again."
        case .tooSlow(let host, let reason):
            "\(host) took too long: \(reason). Try again later."
        case .away(let status):
            "The server is away for now: what stands before it answers \(status). Try again later."
        case .untrusted(let host, nil):
            "The certificate of \(host) is not by an authority that this system believes, or not "
                + "for this name. Check the address; then ask the server's operator."
        case .untrusted(let host, let authorities?):
            "The certificate of \(host) is not by an authority in \(authorities), the only ones "
                + "that are believed, or not for this name. Check the address and ask the server's "
                + "operator."
        case .wrongDate(let host):
            "The certificate of \(host) does not hold at the time that this machine's clock shows. "
                + "Check date and time of this machine; if they are right, tell the server's "
                + "operator."
        case .badAuthorities(let file):
            "The authorities to believe cannot be read from \(file): there is no PEM file of "
                + "certificates. Put it there, or name another one."
        case .replyTooLarge(let limit):
            "The server's reply is over \(limit) bytes, more than its protocol allows."
        case .unexpectedReply(let reason):
            "The server's reply cannot be read: \(reason). Is it an Atelier server?"
        case .unsendable(let reason):
            "The request cannot be sent: \(reason)."
        }
    }
}
