import Foundation

/// A moment: milliseconds since 1970 UTC. JSON form: the number.
public struct UnixTime: Hashable, Sendable, Comparable, Codable {
    /// Milliseconds since 1970 UTC.
    public let milliseconds: Int64

    /// The moment `milliseconds` after 1970 UTC.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads the number of milliseconds; refuses one outside the years 1970 to 9999.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let milliseconds = try container.decode(Int64.self)
        guard (0...Self.latest.milliseconds).contains(milliseconds) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a time outside the years 1970 to 9999")
        }
        self.milliseconds = milliseconds
    }

    /// Writes the number of milliseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    /// The end of the year 9999; every time that is read lies at or before it, so that sums of
    /// times and durations cannot overflow.
    public static let latest = UnixTime(milliseconds: 253_402_300_799_999)

    /// The moment `duration` later; at the ends of the numbers it stays there.
    public static func + (time: UnixTime, duration: Duration) -> UnixTime {
        let added = duration.wholeMilliseconds
        let (sum, overflow) = time.milliseconds.addingReportingOverflow(added)
        return UnixTime(milliseconds: overflow ? (added < 0 ? .min : .max) : sum)
    }

    /// The time from `earlier` to `later`; at the ends of the numbers it stays there.
    public static func - (later: UnixTime, earlier: UnixTime) -> Duration {
        let (length, overflow) = later.milliseconds.subtractingReportingOverflow(
            earlier.milliseconds)
        return .milliseconds(overflow ? (earlier.milliseconds > 0 ? .min : .max) : length)
    }

    /// Orders as time does.
    public static func < (left: UnixTime, right: UnixTime) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// RFC 3339 in UTC with milliseconds, such as `2026-01-31T09:30:00.000Z`.
    public var rfc3339: String {
        // Whole seconds only go through floating point: it would cut some milliseconds by one.
        let (seconds, fraction) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        return whole.dropLast() + "." + String(1000 + fraction).dropFirst() + "Z"
    }

    /// As a person reads it, in UTC, such as `2026-01-31 09:30 UTC`.
    public var toTheMinute: String {
        rfc3339.prefix(16).replacing("T", with: " ") + " UTC"
    }

    /// The moment an RFC 3339 text names, with or without fractions of a second, else nil; also for
    /// days and times that there are not, such as 30 February, 24:00 or a leap second.
    public init?(rfc3339 text: String) {
        guard let time = RFC3339Reader.milliseconds(text),
            (0...Self.latest.milliseconds).contains(time)
        else { return nil }
        milliseconds = time
    }
}

extension Duration {
    /// The duration in milliseconds, rounded towards zero; at the ends of the numbers it stays
    /// there.
    public var wholeMilliseconds: Int64 {
        let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1000)
        let part = components.attoseconds / 1_000_000_000_000_000
        let (sum, overflowsToo) = whole.addingReportingOverflow(part)
        return overflow || overflowsToo ? (components.seconds < 0 ? .min : .max) : sum
    }
}
