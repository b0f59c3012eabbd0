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
    /// The most header lines of a reply that are kept.
    package static let headerLines = 128
    /// The longest header line of a reply that is kept, in bytes.
    package static let headerLineBytes = 16 * 1024

    /// The standard bounds.
    public init() {}
}
