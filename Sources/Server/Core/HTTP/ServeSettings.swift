/// Where and how `serve` answers.
public struct ServeSettings: Sendable {
    /// An address and port of this machine; as text `host:port`, or `[v6]:port`.
    public struct Place: Sendable, Equatable, CustomStringConvertible {
        /// A name or address.
        public let host: String
        /// 0 lets the system choose.
        public let port: Int

        /// Takes both.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        /// Reads the text form, else nil.
        public init?(_ text: String) {
            guard let colon = text.lastIndex(of: ":"),
                let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
            else { return nil }
            let host = String(text[..<colon])
            guard !host.isEmpty else { return nil }
            let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
            self.init(host: isBracketed ? String(host.dropFirst().dropLast()) : host, port: port)
        }

        /// The host as it stands in a URL.
        public var shownHost: String { host.contains(":") ? "[\(host)]" : host }

        /// The text form.
        public var description: String { "\(shownHost):\(port)" }
    }

    /// Where devices are answered.
    public var place: Place
    /// Where metrics are read; nil: nowhere.
    public var metrics: Place?
    /// The files of the server's certificate; nil: plain HTTP.
    public var tls: TLSFiles?
    /// Whether plain HTTP may be spoken where other machines reach it.
    public var allowsPlainHTTP = false
    /// Whether it speaks plain HTTP where other machines reach it.
    public var isPublicPlainHTTP: Bool { tls == nil && !place.isLoopback }
    /// How long requests under way may take after the program was told to stop.
    public var grace = Duration.seconds(30)

    /// The usual settings for a place.
    public init(_ place: Place) {
        self.place = place
    }
}
