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
