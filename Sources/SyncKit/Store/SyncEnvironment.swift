import Foundation
import SystemSupport

/// What the engine asks of the world; passed in, so that tests can play it.
public struct SyncEnvironment: Sendable {
    /// This device's wall clock, in milliseconds since 1970 UTC; may be wrong.
    public var wallMilliseconds: @Sendable () -> UInt64
    /// As many random bytes as asked for, from a source fit for keys.
    public var randomBytes: @Sendable (Int) -> [UInt8]

    /// Takes both.
    public init(
        wallMilliseconds: @escaping @Sendable () -> UInt64,
        randomBytes: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.wallMilliseconds = wallMilliseconds
        self.randomBytes = randomBytes
    }

    /// The wall clock as corrected by `offset` milliseconds, in milliseconds since 1970 UTC.
    func correctedMilliseconds(offset: Int64) -> UInt64 {
        let wall = Int64(clamping: wallMilliseconds())
        let (corrected, overflow) = wall.addingReportingOverflow(offset)
        return overflow ? UInt64(wall) : UInt64(clamping: corrected)
    }

    /// The real clock and the system's random numbers.
    public static let system = SyncEnvironment(
        wallMilliseconds: { UInt64(max(0, Date().timeIntervalSince1970 * 1000)) },
        randomBytes: SecureRandom.bytes)
}
