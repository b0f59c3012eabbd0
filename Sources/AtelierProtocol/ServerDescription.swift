public import SignedObjects

/// A server's description of itself, for anybody: `GET /v1/server`.
public struct ServerDescription: Codable, Sendable, Equatable {
    /// The key that signs leases, receipts and orders.
    public let key: VerifyingKey
    /// Rises when the server was wiped or restored from a backup.
    public let epoch: Int
    /// Server time.
    public let time: UnixTime
    /// Free credits an account gets.
    public let freeCredits: Int
    /// How long a lease lasts, in seconds.
    public let leaseSeconds: Int
    /// How it takes new accounts.
    public let registration: Registration

    /// The server's description of itself; `leaseSeconds` is in seconds.
    public init(
        key: VerifyingKey, epoch: Int, time: UnixTime, freeCredits: Int, leaseSeconds: Int,
        registration: Registration
    ) {
        self.key = key
        self.epoch = epoch
        self.time = time
        self.freeCredits = freeCredits
        self.leaseSeconds = leaseSeconds
        self.registration = registration
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        key = try container.decode(VerifyingKey.self, forKey: .key)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        time = try container.decode(UnixTime.self, forKey: .time)
        freeCredits = try container.decode(.freeCredits, in: NumberRange.count)
        leaseSeconds = try container.decode(.leaseSeconds, in: NumberRange.count)
        registration = try container.decode(Registration.self, forKey: .registration)
    }
}

/// Opens an account: `POST /v1/accounts`, with a ``RequestProof`` by the device certified in it.
public struct RegisterRequest: Codable, Sendable, Equatable {
    /// The secret of the invite, see ``InviteCode``; nil where the server may do without.
    public let invite: InviteSecret?
    /// The account's public key.
    public let accountKey: VerifyingKey
    /// Compact ``DeviceCertificate`` of the first device.
    public let certificate: String
    /// Compact ``ServerPin``: handed back to whoever restores the account.
    public let pin: String

    /// A request whose two signed parts the account key must have signed.
    public init(
        invite: InviteSecret?, accountKey: VerifyingKey, certificate: String, pin: String
    ) {
        self.invite = invite
        self.accountKey = accountKey
        self.certificate = certificate
        self.pin = pin
    }
}

/// How a server accepts new accounts.
public enum Registration: String, Codable, Sendable, CaseIterable {
    /// Each needs an invite.
    case invite
    /// Without an invite an account waits until the operator approves it.
    case approval
    /// Anybody may open one.
    case open
}

/// The release that these sources make.
public enum Release {
    /// Its number, of semantic versioning.
    public static let version = "0.1.0"
}
