import SignedObjects

/// Opens a moderator's session by a one-time token: `POST /v1/moderators/sessions`.
public struct SessionRequest: Codable, Sendable, Equatable {
    /// The token.
    public let token: String

    /// A request with the one-time token as it was shown.
    public init(token: String) {
        self.token = token
    }
}

/// A moderator's session; the answer to a ``SessionRequest``.
public struct SessionReply: Codable, Sendable, Equatable {
    /// Who it speaks for.
    public let name: String
    /// What they may do: `reviewer`, `moderator`, `administrator`.
    public let role: String
    /// The secret to send as `Authorization: Bearer …`.
    public let session: String
    /// After so many seconds without a request it ends.
    public let idleSeconds: Int

    /// A session; `idleSeconds` is at least 0.
    public init(name: String, role: String, session: String, idleSeconds: Int) {
        self.name = name
        self.role = role
        self.session = session
        self.idleSeconds = idleSeconds
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        role = try container.decode(String.self, forKey: .role)
        session = try container.decode(String.self, forKey: .session)
        idleSeconds = try container.decode(.idleSeconds, in: NumberRange.count)
    }
}
