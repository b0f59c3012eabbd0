public import SignedObjects

/// Why the server refused: RFC 9457 problem details, media type `application/problem+json`.
public struct Problem: Codable, Sendable, Equatable, Error, CustomStringConvertible {
    /// The cause; stable, one per thing that a client can do about it.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case malformed = "urn:atelier:problem:malformed"
        case tooLarge = "urn:atelier:problem:too-large"
        case notFound = "urn:atelier:problem:not-found"
        case methodNotAllowed = "urn:atelier:problem:method-not-allowed"
        case inviteInvalid = "urn:atelier:problem:invite-invalid"
        case accountPending = "urn:atelier:problem:account-pending"
        case accountRefused = "urn:atelier:problem:account-refused"
        case accountExists = "urn:atelier:problem:account-exists"
        case proofMissing = "urn:atelier:problem:proof-missing"
        case proofInvalid = "urn:atelier:problem:proof-invalid"
        case clockWrong = "urn:atelier:problem:clock-wrong"
        case tokenInvalid = "urn:atelier:problem:token-invalid"
        case sessionInvalid = "urn:atelier:problem:session-invalid"
        case deviceUnknown = "urn:atelier:problem:device-unknown"
        case deviceRevoked = "urn:atelier:problem:device-revoked"
        case notApprovedYet = "urn:atelier:problem:not-approved-yet"
        case serviceClosed = "urn:atelier:problem:service-closed"
        case suspended = "urn:atelier:problem:suspended"
        case caseState = "urn:atelier:problem:case-state"
        case keysChanged = "urn:atelier:problem:keys-changed"
        case fork = "urn:atelier:problem:fork"
        case rewind = "urn:atelier:problem:rewind"
        case fromTheFuture = "urn:atelier:problem:from-the-future"
        case tooMany = "urn:atelier:problem:too-many"
        case limitReached = "urn:atelier:problem:limit-reached"
        case unavailable = "urn:atelier:problem:unavailable"
        case internalError = "urn:atelier:problem:internal"
    }

    /// The cause.
    public let type: Kind
    /// HTTP status.
    public let status: Int
    /// What happened, in one line.
    public let title: String
    /// What to do next; may name numbers, never contents or secrets.
    public let detail: String
    /// Server time, so that a wrong clock can correct itself.
    public let time: UnixTime

    /// A problem of a known kind; `status` is the one of the HTTP reply.
    public init(type: Kind, status: Int, title: String, detail: String, time: UnixTime) {
        self.type = type
        self.status = status
        self.title = title
        self.detail = detail
        self.time = time
    }

    /// The text form.
    public var description: String { "\(title) \(detail)" }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decode(Kind.self, forKey: .type)
        status = try container.decode(.status, in: NumberRange.count)
        title = try container.decode(String.self, forKey: .title)
        detail = try container.decode(String.self, forKey: .detail)
        time = try container.decode(UnixTime.self, forKey: .time)
    }
}
