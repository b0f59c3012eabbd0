import AtelierServer
import HTTPTypes
import SignedObjects

/// An entry of the console's navigation.
enum ConsoleSection: String {
    case queue
    case accounts
    case reservations
    case service
    case moderators
    case audit
    case report
    /// The signed-in person's own sessions and passkeys.
    case me
}

extension ConsoleAccess.Visitor {
    /// A page of the console as this person sees it: with their entries of the navigation, and
    /// `{{token}}`, which each of its forms sends back.
    ///
    /// - Parameter template: One that inherits from `console`.
    func page(
        _ template: String, title: String, in section: ConsoleSection,
        values: [String: Any] = [:], status: HTTPResponse.Status = .ok
    ) -> Page {
        var values = values
        values["token"] = formToken
        values["visitor"] =
            [
                "name": moderator.name,
                "is": [moderator.role.rawValue: true],
                "moderates": moderator.role >= .moderator,
                "administers": moderator.role >= .administrator,
            ] as [String: Any]
        return Page(
            template: template, title: title, section: section.rawValue, values: values,
            status: status)
    }
}

extension PageWriter {
    /// What the partial `time` shows: a moment in UTC, which a script then writes in the reader's
    /// zone.
    func time(_ moment: UnixTime) -> [String: String] {
        let iso = moment.rfc3339
        let utc = iso.prefix(16).replacing("T", with: " ")
        return ["iso": iso, "utc": "\(utc) UTC"]
    }

    /// How long something takes, in the largest unit that fits.
    func duration(seconds: Int64) -> String {
        let minutes = Int(clamping: max(0, seconds) / 60)
        if minutes < 60 { return text("queue.minutes", count: minutes) }
        if minutes < 48 * 60 { return text("queue.hours", count: minutes / 60) }
        return text("queue.days", count: minutes / (24 * 60))
    }
}
