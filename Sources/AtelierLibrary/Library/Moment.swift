public import SignedObjects

/// A time in the form that people and scripts read. JSON form: RFC 3339 in UTC.
public struct Moment: Codable, Comparable, Hashable, Sendable, CustomStringConvertible {
    /// The time.
    public let time: UnixTime

    /// The moment at `time`.
    public init(_ time: UnixTime) {
        self.time = time
    }

    /// Reads RFC 3339 text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let time = UnixTime(rfc3339: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected a time such as 2026-01-31T09:30:00Z")
        }
        self.time = time
    }

    /// Writes RFC 3339 text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// RFC 3339 in UTC with milliseconds.
    public var description: String { time.rfc3339 }

    /// Orders as time does.
    public static func < (left: Moment, right: Moment) -> Bool { left.time < right.time }

    /// The time of a column that holds milliseconds since 1970 UTC, clamped to the range of dates.
    init(column milliseconds: Int64) {
        let range = 0...UnixTime.latest.milliseconds
        time = UnixTime(
            milliseconds: min(max(milliseconds, range.lowerBound), range.upperBound))
    }
}
