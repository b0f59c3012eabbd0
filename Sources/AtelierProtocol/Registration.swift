/// How a server takes new accounts.
public enum Registration: String, Codable, Sendable, CaseIterable {
    /// Each needs an invite.
    case invite
    /// Without an invite an account waits until the operator lets it in.
    case approval
    /// Anybody may open one.
    case open
}
