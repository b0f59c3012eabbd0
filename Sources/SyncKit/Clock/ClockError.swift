/// A broken rule of the hybrid clock; the clock is unchanged and nothing was written.
public enum ClockError: Error, Equatable, CustomStringConvertible {
    /// A moment lies further in the future than this replica believes.
    case tooFarAhead(by: Duration, limit: Duration)
    /// The 47 bits of milliseconds are used up.
    case exhausted

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .tooFarAhead(let lead, let limit):
            "A change is dated \(lead) in the future; at most \(limit) is believed. "
                + "Check the clocks."
        case .exhausted:
            "The clock stands past the year 6429. Set it right, then try again."
        }
    }
}
