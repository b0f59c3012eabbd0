import Foundation
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

extension ModeratorRole: Comparable {
    /// Orders by what they may do: a higher role may do what a lower one may.
    public static func < (left: ModeratorRole, right: ModeratorRole) -> Bool {
        guard let first = allCases.firstIndex(of: left), let second = allCases.firstIndex(of: right)
        else { return false }
        return first < second
    }
}

/// Somebody who looks after the server's people.
public struct Moderator: Codable, Sendable, Equatable {
    /// Their name, as in the audit log.
    public let name: String
    /// What they may do.
    public let role: ModeratorRole

    /// - Parameter name: Unique on the server, as ``ModeratorService`` checks.
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
    /// When a passkey of theirs was last used; nil where none ever was.
    public let lastLogin: UnixTime?
    /// How many passkeys they have.
    public let passkeys: Int
}

/// A one-time token; shown once.
public struct ModeratorInvitation: Codable, Sendable {
    /// Who it is for.
    public let moderator: Moderator
    /// What opens a session.
    public let token: String
    /// Until when.
    public let expires: UnixTime

    /// Path and fragment of the page that makes a passkey by the token; browsers send the fragment
    /// to no server.
    public var path: String { "/console/welcome#\(token)" }
}

/// A secret that is shown once and stored as a hash: `atm1-` makes a passkey or opens a
/// session, `ats1-` is a session.
struct ModeratorToken: Sendable {
    /// What a token is for.
    enum Kind: String, Sendable {
        /// Makes one passkey, or opens one session, within ten minutes.
        case link = "atm1-"
        /// Speaks for a moderator until it lies idle for twenty minutes, or is twelve hours old.
        case session = "ats1-"
    }

    /// Random bytes of a secret.
    static let byteCount = 32

    private let kind: Kind
    private let secret: [UInt8]

    /// A new one.
    init(_ kind: Kind, randomBytes: (Int) -> [UInt8]) {
        self.kind = kind
        secret = randomBytes(Self.byteCount)
    }

    /// Reads the text form, else nil.
    init?(_ kind: Kind, _ text: String) {
        guard text.hasPrefix(kind.rawValue),
            let secret = Base64URL.decode(text.dropFirst(kind.rawValue.count)),
            secret.count == Self.byteCount
        else { return nil }
        self.kind = kind
        self.secret = secret
    }

    /// What is stored: a stolen database opens nothing.
    var hash: Digest { Digest(of: Array(kind.rawValue.utf8) + secret) }

    /// What is shown.
    var text: String { kind.rawValue + Base64URL.encode(secret) }
}
