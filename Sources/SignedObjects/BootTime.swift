import Foundation

/// A moment on a clock that nobody can set: the time since the machine was started, sleep included.
///
/// It is evidence where the wall clock may have been set. Moments of different starts of a machine,
/// or of different machines, cannot be compared.
public struct BootTime: Hashable, Sendable, Codable {
    /// Names the start of the machine: at most 64 bytes of UTF-8.
    public let boot: String
    /// Milliseconds since that start; at least 0.
    public let milliseconds: Int64

    /// A moment `milliseconds` after the start that `boot` names.
    ///
    /// - Parameter milliseconds: At least 0 and at most ``UnixTime/latest``'s.
    public init?(boot: String, milliseconds: Int64) {
        guard !boot.isEmpty, boot.utf8.count <= Self.nameBytes,
            (0...UnixTime.latest.milliseconds).contains(milliseconds)
        else { return nil }
        self.boot = boot
        self.milliseconds = milliseconds
    }

    /// Reads what was stored.
    ///
    /// - Throws: `DecodingError` where the name is empty or longer than 64 bytes, or the number out
    ///   of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let moment = BootTime(
            boot: try container.decode(String.self, forKey: .boot),
            milliseconds: try container.decode(Int64.self, forKey: .milliseconds))
        guard let moment else {
            throw DecodingError.dataCorruptedError(
                forKey: .boot, in: container, debugDescription: "no moment since a start")
        }
        self = moment
    }

    /// The time from `earlier` to here; nil where they are of different starts or in the wrong
    /// order.
    public func elapsed(since earlier: BootTime) -> Duration? {
        guard boot == earlier.boot, milliseconds >= earlier.milliseconds else { return nil }
        return .milliseconds(milliseconds - earlier.milliseconds)
    }

    /// This machine's, now; nil where the system does not name its start.
    ///
    /// Linux's `CLOCK_BOOTTIME`, and `/proc/sys/kernel/random/boot_id`, which is random at each
    /// start.
    public static var present: BootTime? {
        guard let name = try? String(contentsOfFile: namePath, encoding: .utf8) else { return nil }
        let clock = ContinuousClock()
        return BootTime(
            boot: name.trimmingCharacters(in: .whitespacesAndNewlines),
            milliseconds: clock.systemEpoch.duration(to: clock.now).wholeMilliseconds)
    }

    private static let nameBytes = 64
    private static let namePath = "/proc/sys/kernel/random/boot_id"
}
