public import SignedObjects

/// What a moderator may do.
public enum ModeratorRole: String, Codable, Sendable, CaseIterable {
    /// Looks at accounts and cases.
    case reviewer
    /// Decides about them, too.
    case moderator
    /// Does everything.
    case administrator
}

/// Somebody who looks after the server's people.
public struct Moderator: Codable, Sendable, Equatable {
    /// Names them; stands in the audit log.
    public let name: String
    /// What they may do.
    public let role: ModeratorRole

    /// Takes every field.
    public init(name: String, role: ModeratorRole) {
        self.name = name
        self.role = role
    }
}

/// A moderator in a list.
public struct ModeratorSummary: Codable, Sendable {
    /// Names them.
    public let name: String
    /// What they may do.
    public let role: ModeratorRole
    /// When they were added.
    public let created: UnixTime
    /// When a session of theirs was last used; nil where none is open.
    public let lastSeen: UnixTime?
}

/// A one-time token; shown once.
public struct ModeratorInvitation: Codable, Sendable {
    /// Who it is for.
    public let moderator: Moderator
    /// What opens a session.
    public let token: String
    /// Until when.
    public let expires: UnixTime
}
