import Foundation
import SignedObjects

/// A secret that is shown once and stored as a hash: `atm1-` opens a session, `ats1-` is one.
struct ModeratorToken: Sendable {
    /// What a token is for.
    enum Kind: String, Sendable {
        /// Opens one session, within ten minutes.
        case link = "atm1-"
        /// Speaks for a moderator until it lies idle for twenty minutes.
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
