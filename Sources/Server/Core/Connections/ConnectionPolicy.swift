import Foundation

/// How many connections are held, and how long one may take for what.
public struct ConnectionPolicy: Sendable {
    /// Connections in all; fewer where the system gives fewer descriptors.
    public var total = 16_384
    /// Connections from one address. Trusted proxies and this machine are not counted.
    public var perAddress = 1024
    /// Connections from one address on which no device of an account has signed a request yet;
    /// trusted proxies are not counted.
    public var strangersPerAddress = 128
    /// How long a new connection may take until its first request's header is there, the TLS
    /// handshake included.
    public var header = Duration.seconds(10)
    /// How long a connection may lie idle between two requests.
    public var idle = Duration.seconds(60)
    /// How long a peer may send or take nothing in the middle of a request or an answer.
    public var stall = Duration.seconds(15)
    /// The least rate of bodies and answers in bytes a second, after ``stall``.
    public var bytesPerSecond = 4096
    /// Bytes of request bodies in memory at a time.
    public var bodyBytes = 64 << 20
    /// Bodies that one device, or one address without one, sends at a time.
    public var bodiesPerSender = 8

    /// The usual policy.
    public init() {}
}

/// How many files and connections the system lets this program have open.
enum DescriptorLimit {
    /// Raises the limit as far as the system allows; says how far that is.
    static func raise() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return usual }
        let soft = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if setrlimit(resource, &limit) != 0 { limit.rlim_cur = soft }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many connections leave enough descriptors for files and for those that are closing.
    static func connections(of descriptors: Int, policy: ConnectionPolicy) -> Int {
        max(1, min(policy.total, descriptors - min(Limits.reservedDescriptors, descriptors / 4)))
    }

    private static let usual = 1024
}
