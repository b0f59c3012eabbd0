extension UnixTime {
    /// The moment an RFC 3339 text names, with or without fractions of a second, else nil.
    ///
    /// Only dates and times that there are: no 30 February, no hour 24, no second 60. A text that
    /// would have to be read as another day or minute than it says names none.
    public init?(rfc3339 text: String) {
        var rest = Array(text.utf8)[...]
        guard
            let year = Self.number(4, in: 1970...9999, after: nil, &rest),
            let month = Self.number(2, in: 1...12, after: "-", &rest),
            let day = Self.number(2, in: 1...Self.days(in: month, of: year), after: "-", &rest),
            let hour = Self.number(2, in: 0...23, after: "T", &rest),
            let minute = Self.number(2, in: 0...59, after: ":", &rest),
            let second = Self.number(2, in: 0...59, after: ":", &rest),
            let fraction = Self.fraction(&rest), let offset = Self.offset(&rest), rest.isEmpty
        else { return nil }
        let minutes = (Self.days(before: month, day, of: year) * 24 + hour) * 60 + minute - offset
        let milliseconds = Int64(minutes * 60 + second) * 1000 + fraction
        guard (0...Self.latest.milliseconds).contains(milliseconds) else { return nil }
        self.init(milliseconds: milliseconds)
    }

    /// That many digits after a mark.
    private static func number(
        _ count: Int, in range: ClosedRange<Int>, after mark: Unicode.Scalar?,
        _ rest: inout ArraySlice<UInt8>
    ) -> Int? {
        if let mark {
            guard rest.first == UInt8(ascii: mark) else { return nil }
            rest = rest.dropFirst()
        }
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        rest = rest.dropFirst(count)
        let number = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
        return range.contains(number) ? number : nil
    }

    /// Milliseconds after the whole second, rounded; 0 where the text tells none.
    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.first == UInt8(ascii: ".") else { return 0 }
        rest = rest.dropFirst()
        let digits = rest.prefix { (48...57).contains($0) }
        guard (1...18).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let padded = (Array(digits) + [48, 48, 48, 48]).prefix(4)
        return (padded.reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) } + 5) / 10
    }

    /// Minutes that the text's clock is ahead of UTC.
    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard let sign = rest.popFirst() else { return nil }
        if sign == UInt8(ascii: "Z") { return 0 }
        guard [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(sign),
            let hours = number(2, in: 0...23, after: nil, &rest),
            let minutes = number(2, in: 0...59, after: ":", &rest)
        else { return nil }
        return (hours * 60 + minutes) * (sign == UInt8(ascii: "+") ? 1 : -1)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// Whole days from 1970 to a day of the Gregorian calendar.
    private static func days(before month: Int, _ day: Int, of year: Int) -> Int {
        let past = year - 1
        let leapDays = past / 4 - past / 100 + past / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400)
        let months = (1..<month).reduce(0) { $0 + days(in: $1, of: year) }
        return (year - 1970) * 365 + leapDays + months + day - 1
    }
}
