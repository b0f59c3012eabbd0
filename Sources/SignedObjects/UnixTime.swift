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

/// Reads `2026-01-31T09:30:00.5+01:00`; what no calendar and no clock shows is nothing.
struct RFC3339Reader {
    private var rest: Substring.UTF8View

    /// Milliseconds since 1970 UTC, fractions rounded down.
    static func milliseconds(_ text: String) -> Int64? {
        var reader = RFC3339Reader(rest: text[...].utf8)
        guard let day = reader.day(), reader.take("T") || reader.take("t"),
            let time = reader.time(), let offset = reader.offset(), reader.rest.isEmpty
        else { return nil }
        return day * 86_400_000 + time - offset * 60_000
    }

    /// Days since 1970.
    private mutating func day() -> Int64? {
        guard let year = number(4, 0...9999), take("-"), let month = number(2, 1...12), take("-"),
            let day = number(2, 1...Self.days(in: month, of: year))
        else { return nil }
        // Counted from March, so that the leap day is the last; 400 years have 146,097 days.
        let years = month > 2 ? year : year - 1
        let months = (month + 9) % 12
        let leapDays = Self.floor(years, 4) - Self.floor(years, 100) + Self.floor(years, 400)
        return 365 * years + leapDays + (153 * months + 2) / 5 + day - 1 - 719_468
    }

    private static func floor(_ number: Int64, _ divisor: Int64) -> Int64 {
        number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2:
            year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
                ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Milliseconds since midnight.
    private mutating func time() -> Int64? {
        guard let hour = number(2, 0...23), take(":"), let minute = number(2, 0...59), take(":"),
            let second = number(2, 0...59)
        else { return nil }
        let whole = (hour * 60 + minute) * 60_000 + second * 1000
        guard take(".") else { return whole }
        let digits = rest.prefix { Self.value(of: $0) != nil }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        var (fraction, weight): (Int64, Int64) = (0, 100)
        for digit in digits.prefix(3) {
            fraction += (Self.value(of: digit) ?? 0) * weight
            weight /= 10
        }
        return whole + fraction
    }

    /// Minutes east of UTC.
    private mutating func offset() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let isEast = take("+")
        guard isEast || take("-"), let hours = number(2, 0...23), take(":"),
            let minutes = number(2, 0...59)
        else { return nil }
        return (isEast ? 1 : -1) * (hours * 60 + minutes)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func number(_ count: Int, _ bounds: ClosedRange<Int64>) -> Int64? {
        let digits = rest.prefix(count)
        guard digits.count == count else { return nil }
        var number: Int64 = 0
        for digit in digits {
            guard let value = Self.value(of: digit) else { return nil }
            number = number * 10 + value
        }
        rest = rest.dropFirst(count)
        return bounds.contains(number) ? number : nil
    }

    private static func value(of digit: UInt8) -> Int64? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit)
            ? Int64(digit) - 48 : nil
    }
}
