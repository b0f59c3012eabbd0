/// Opens a moderator's session by a one-time token: `POST /v1/moderators/sessions`.
public struct SessionRequest: Codable, Sendable, Equatable {
    /// The token.
    public let token: String

    /// Takes every field.
    public init(token: String) {
        self.token = token
    }
}
