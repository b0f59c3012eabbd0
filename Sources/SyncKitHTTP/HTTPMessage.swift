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

    /// The standard bounds.
    public init() {}
}
