import SignedObjects
import Testing

@Suite struct ImpossibleDateTests {
    // Goal: a date that is none is no other date either. Method: the days, hours, minutes and
    // seconds that parsers roll over, and texts that are no dates.
    @Test(arguments: [
        "2027-02-30T00:00:00Z", "2027-02-29T00:00:00Z", "2026-06-31T00:00:00Z",
        "2100-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z",
        "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-31T24:00:00Z",
        "2026-01-31T09:60:00Z", "2026-01-31T09:30:60Z", "2026-01-31T09:30:00+24:00",
        "2026-01-31T09:30:00+01:60", "2026-01-31T09:30:00", "2026-01-31", "2026-1-31T09:30:00Z",
        "2026-01-31T09:30:00.Z", "2026-01-31T09:30:00Zx", "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01", "٢٠٢٦-01-31T09:30:00Z", "",
    ])
    func noOtherDateIsRead(text: String) {
        #expect(UnixTime(rfc3339: text) == nil)
    }

    // Goal: every day that there is, is read as itself. Method: all days of 230 years, leap and
    // not, each written by the calendar of the toolchain.
    @Test func everyDayIsReadAsItself() {
        for day in 0..<(365 * 230) {
            let time = UnixTime(milliseconds: Int64(day) * 86_400_000 + 123)
            #expect(UnixTime(rfc3339: time.rfc3339) == time)
        }
        for (text, milliseconds) in [
            ("1970-01-01T00:00:00Z", Int64(0)), ("2028-02-29T23:59:59.9994Z", 1_835_481_599_999),
            ("9999-12-31T23:59:59.999Z", UnixTime.latest.milliseconds),
            ("2026-01-31T09:30:00.5-00:30", 1_769_853_600_500),
        ] {
            #expect(UnixTime(rfc3339: text)?.milliseconds == milliseconds, "\(text)")
        }
    }
}
