import CreditLedger
import Foundation
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

extension LibraryEnvironment {
    /// This machine's clock, random numbers, processors and network.
    public static var system: LibraryEnvironment {
        var environment = LibraryEnvironment(
            now: {
                UnixTime(
                    milliseconds: Int64(
                        clamping: Int(rounding: Date().timeIntervalSince1970 * 1000)))
            },
            random: { count in
                var generator = SystemRandomNumberGenerator()
                return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            },
            threads: max(1, ProcessInfo.processInfo.activeProcessorCount),
            connect: { address in
                let client = try HTTPClient(address: address, authorities: authorities)
                return { try await client.send($0) }
            })
        environment.boot = { BootTime.present }
        return environment
    }

    /// What both clocks say now.
    var reading: ClockReading { ClockReading(time: now(), boot: boot()) }

    /// A PEM file of authorities to believe instead of the system's, for a server with a
    /// certificate of one's own making.
    static var authorities: String? {
        ProcessInfo.processInfo.environment["ATELIER_CA_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension LibraryEnvironment {
    /// The same time and chance for the engine.
    var sync: SyncEnvironment {
        SyncEnvironment(
            wallMilliseconds: { [now] in UInt64(clamping: now().milliseconds) },
            randomBytes: random)
    }
}

/// Moments between which a crash must cost nothing; tests stop at each.
package enum GenerationStep: CaseIterable, Sendable {
    case spendJournaled
    case rendered
    case fileWritten
    case rowWritten
}
