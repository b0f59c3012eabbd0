/// Where and how `serve` answers.
public struct ServeSettings: Sendable {
    /// An address and port of this machine.
    public struct Place: Sendable {
        /// A name or address.
        public let host: String
        /// 0 lets the system choose.
        public let port: Int

        /// Takes both.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// Where devices are answered.
    public var place: Place
    /// Where metrics are read; nil: nowhere.
    public var metrics: Place?
    /// How long requests under way may take after the program was told to stop.
    public var grace = Duration.seconds(30)

    /// The usual settings for a place.
    public init(_ place: Place) {
        self.place = place
    }
}
