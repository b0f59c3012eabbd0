import CreditLedger
import Foundation
public import SignedObjects
import SyncKit
public import SyncKitHTTP
import SystemSupport

/// What the library takes from its surroundings: time, randomness, threads and network.
public struct LibraryEnvironment: Sendable {
    /// Sends one message to one server.
    public typealias Exchange = @Sendable (HTTPMessage) async throws -> HTTPReply

    /// Sends one message to one server and passes on the reply's body in pieces, as it arrives.
    public typealias Stream =
        @Sendable (HTTPMessage, @escaping @Sendable ([UInt8]) -> Void) async throws -> HTTPReply

    /// The device's own clock, uncorrected.
    public var now: @Sendable () -> UnixTime
    /// The device's clock that cannot be set; nil where there is none.
    public var boot: @Sendable () -> BootTime? = { nil }
    /// Returns that many cryptographically secure random bytes.
    public var random: @Sendable (_ count: Int) -> [UInt8]
    /// The number of threads that render, at least 1.
    public var threads: Int
    /// Connects to a server.
    public var connect: @Sendable (HTTPAddress) throws -> Exchange
    /// Connects to a server for a reply that does not end.
    public var openStream: @Sendable (HTTPAddress) throws -> Stream = { address in
        var limits = HTTPLimits()
        limits.totalTimeout = nil
        limits.stallTimeout = .seconds(60)
        let client = try HTTPClient(
            address: address, limits: limits, authorities: authorities)
        return { try await client.stream($0, onBytes: $1) }
    }
    /// Waits; tests return at once.
    public var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// Called before the library waits for a busy server, with the reason and the length of the
    /// wait.
    public var onWait: @Sendable (_ reason: String, _ wait: Duration) -> Void = { _, _ in }
    /// Called between the steps of generating; a test throws here to simulate a crash.
    package var checkpoint: @Sendable (GenerationStep) throws -> Void = { _ in }

    /// An environment for tests, or for another machine than ``system``.
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
            random: SecureRandom.bytes,
            threads: max(1, ProcessInfo.processInfo.activeProcessorCount),
            connect: { address in
                let client = try HTTPClient(address: address, authorities: authorities)
                return { try await client.send($0) }
            })
        environment.boot = { BootTime.present }
        return environment
    }

    /// The readings of both clocks now.
    var reading: ClockReading { ClockReading(time: now(), boot: boot()) }

    /// `ATELIER_CA_FILE`: a PEM file of certificate authorities to trust instead of the system's,
    /// for a server with a private certificate.
    static var authorities: [UInt8]? {
        HomeFolder.variable("ATELIER_CA_FILE").flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension LibraryEnvironment {
    /// The same time and randomness for SyncKit.
    var sync: SyncEnvironment {
        SyncEnvironment(
            wallMilliseconds: { [now] in UInt64(clamping: now().milliseconds) },
            randomBytes: random)
    }
}

/// Steps of generating; a crash between any two loses no credit, and tests stop at each.
package enum GenerationStep: CaseIterable, Sendable {
    case spendJournaled
    case rendered
    case fileWritten
    case rowWritten
}
