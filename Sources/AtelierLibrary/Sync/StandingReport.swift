import CreditLedger

/// How the account stands with its server, as of the last contact.
public struct StandingReport: Codable, Equatable, Sendable {
    /// What the standing is.
    public enum State: String, Codable, Sendable {
        /// The account may sync and generate.
        case good
        /// The account is suspended.
        case suspended
        /// The service is paused.
        case paused
        /// This device was revoked.
        case revoked
        /// The library belongs to no server.
        case notJoined = "not-joined"
        /// The device waits for approval, or the account for the operator.
        case waiting
    }

    /// What the standing is.
    public let state: State
    /// The stable reason code; empty in good standing.
    public var reason = ""
    /// The moderator's text to the artist; may be empty.
    public var text = ""
    /// When it ends by itself; left out where only a moderator ends it.
    public var until: Moment?
    /// Where to appeal, as the server says; may be empty.
    public var appeal = ""

    init(_ state: State) {
        self.state = state
    }

    init(_ obstacle: Standing.Obstacle?) {
        switch obstacle {
        case nil: self.init(.good)
        case .suspended(let order): self.init(.suspended, order)
        case .paused(let order): self.init(.paused, order)
        case .revoked(let order): self.init(.revoked, order)
        }
    }

    private init(_ state: State, _ order: Order) {
        self.state = state
        reason = CheckedText.shown(order.reason)
        text = CheckedText.shown(order.text)
        until = order.until.map { Moment($0) }
        appeal = CheckedText.shown(order.appeal)
    }
}
