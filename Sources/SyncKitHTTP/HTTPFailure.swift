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
