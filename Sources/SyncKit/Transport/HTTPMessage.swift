/// What is asked of a server.
public struct HTTPMessage: Sendable {
    /// The method in capitals.
    public var method: String
    /// Path and query, as they are sent.
    public var target: String
    /// Header names and values.
    public var headers: [(name: String, value: String)]
    /// The body; nil sends none.
    public var body: [UInt8]?

    /// Takes every field.
    public init(
        method: String = "GET", target: String, headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil
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
    /// Values by header name; names in small letters, the last of repeated ones.
    public var headers: [String: String]
    /// The body.
    public var body: [UInt8]

    /// Takes every field.
    public init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
