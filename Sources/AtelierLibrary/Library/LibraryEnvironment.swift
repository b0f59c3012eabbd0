public import SignedObjects
public import SyncKit

/// What the library takes from outside: time, chance, processors and the network.
public struct LibraryEnvironment: Sendable {
    /// Sends one message to one server.
    public typealias Exchange = @Sendable (HTTPMessage) async throws -> HTTPReply

    /// Sends one message to one server and hands on the reply's body as it comes.
    public typealias Stream =
        @Sendable (HTTPMessage, @escaping @Sendable ([UInt8]) -> Void) async throws -> HTTPReply

    /// The device's own clock, uncorrected.
    public var now: @Sendable () -> UnixTime
    /// The device's clock that cannot be set; nil where there is none.
    public var boot: @Sendable () -> BootTime? = { nil }
    /// That many random bytes.
    public var random: @Sendable (_ count: Int) -> [UInt8]
    /// How many threads render.
    public var threads: Int
    /// Opens a way to a server.
    public var connect: @Sendable (HTTPAddress) throws -> Exchange
    /// Opens a way to a server for replies that do not end.
    public var openStream: @Sendable (HTTPAddress) throws -> Stream = { address in
        var limits = HTTPLimits()
        limits.totalTimeout = nil
        limits.stallTimeout = .seconds(60)
        let client = try HTTPClient(
            address: address, limits: limits, authorities: authorities)
        return { try await client.stream($0, onBytes: $1) }
    }
    /// Waits; a test does not.
    public var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// Called before the library waits for a server that is busy, with the reason and how long.
    public var onWait: @Sendable (_ reason: String, _ wait: Duration) -> Void = { _, _ in }
    /// Called between the steps of generating; a throw there is what a crash is.
    package var checkpoint: @Sendable (GenerationStep) throws -> Void = { _ in }

    /// Takes every field.
    public init(
        now: @escaping @Sendable () -> UnixTime, random: @escaping @Sendable (Int) -> [UInt8],
        threads: Int, connect: @escaping @Sendable (HTTPAddress) throws -> Exchange
    ) {
        self.now = now
        self.random = random
        self.threads = threads
        self.connect = connect
    }
}
