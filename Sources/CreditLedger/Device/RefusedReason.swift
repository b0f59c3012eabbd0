public import SignedObjects

/// Why this device may not generate now; nothing was spent.
public enum RefusedReason: Error, Equatable, Sendable, CustomStringConvertible {
    /// The account is suspended; `until` is nil where it lasts until it is lifted.
    case suspended(reason: String, text: String, until: UnixTime?, appeal: String)
    /// The service is paused.
    case paused(reason: String, text: String, until: UnixTime?)
    /// This device was revoked.
    case revoked(reason: String, text: String)
    /// No unspent lease is on this device.
    case noCredit(CreditsSummary)
    /// Every unspent lease on this device has ended, the last one at `expired`.
    case leaseExpired(expired: UnixTime)
    /// Every unspent lease on this device is dated ahead: the server's clock was wrong.
    case leaseDatedAhead
    /// The device's clock stands behind the server's by `by`, more than `limit`.
    case clockBehind(by: Duration, limit: Duration)

    /// What happened and what to do next.
    public var description: String {
        switch self {
        case .suspended(let reason, let text, let until, let appeal):
            "This account is suspended (\(reason))\(Self.end(until)). \(Self.words(text))"
                + "What you have made stays yours: listing, export and backup work. "
                + (appeal.isEmpty
                    ? "If you think that it is wrong, ask whoever runs the server. "
                    : "To appeal: \(appeal). ") + "Sync to learn when it is lifted."
        case .paused(let reason, let text, let until):
            "The service is paused (\(reason))\(Self.end(until)). \(Self.words(text))"
                + "Try again later."
        case .revoked(let reason, let text):
            "This device was revoked (\(reason)). \(Self.words(text))"
                + "Use another device, or join again."
        case .noCredit(let credits):
            "No credit is left on this device: of \(credits.granted) given, "
                + "\(credits.spent) are spent, \(credits.leasedElsewhere) lent to other devices, "
                + "\(credits.free) free. " + Self.nextStep(after: credits)
        case .leaseExpired(let expired):
            "The credits on this device had to be used before \(expired.toTheMinute). "
                + "Sync once to renew them; none is lost."
        case .leaseDatedAhead:
            "The credits on this device are dated ahead: the server's clock was wrong when it "
                + "lent them. Sync once to exchange them; none is lost."
        case .clockBehind(let lead, let limit):
            "This device's clock is \(lead.components.seconds / 60) minutes behind the server's; "
                + "at most \(limit.components.seconds / 60) are accepted. "
                + "Set the clock or sync, then try again."
        }
    }

    private static func nextStep(after credits: CreditsSummary) -> String {
        if let count = credits.waitsFor, let moment = credits.waitsUntil {
            return "The server was restored from a backup. It lends again when your other devices "
                + "(\(count)) have synced or were revoked, or from \(moment.toTheMinute)."
        }
        if credits.free > 0, let moment = credits.lendsFrom {
            return "Too many were fetched and not used: the server lends again from "
                + "\(moment.toTheMinute)."
        }
        if credits.free > 0 { return "Sync to fetch one." }
        return
            (credits.leasedElsewhere > 0
            ? "Generate on the device that holds one, or ask" : "Ask")
            + " whoever runs the server for more, then sync. "
            + "Pictures that were paid for can be drawn and exported again at no cost."
    }

    private static func end(_ until: UnixTime?) -> String {
        until.map { " until \($0.toTheMinute)" } ?? ""
    }

    private static func words(_ text: String) -> String {
        text.isEmpty ? "" : "\(text) "
    }
}
