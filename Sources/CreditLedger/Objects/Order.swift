public import SignedObjects

/// A decision of the operator or a moderator that every device of one account receives; signed by
/// the server.
public struct Order: SignedPayload, Hashable {
    /// The header\'s `typ`.
    public static let type = "atelier-order+jws"

    /// What was decided.
    public enum Kind: String, Codable, Sendable {
        case suspend
        case reinstate
        case revokeDevice = "revoke-device"
        case pauseService = "pause-service"
        case resumeService = "resume-service"
        case grant
        case note
    }

    /// The account.
    public let account: AccountID
    /// Rises by one with each order of the account, from 1.
    public let serial: Int
    /// What was decided.
    public let kind: Kind
    /// Stable reason code, such as `not-own-work`.
    public let reason: String
    /// Words to the person; may be empty.
    public let text: String
    /// When a suspension or pause ends by itself; nil: when it is lifted.
    public let until: UnixTime?
    /// The device of a ``Kind/revokeDevice``, else nil.
    public let device: DeviceID?
    /// How many credits a ``Kind/grant`` adds, else 0.
    public let credits: Int
    /// Where to appeal; may be empty.
    public let appeal: String
    /// Server time of the order.
    public let time: UnixTime

    /// An order to be signed by the server, within the lengths of `LedgerLimits`.
    public init(
        account: AccountID, serial: Int, kind: Kind, reason: String, text: String,
        until: UnixTime? = nil, device: DeviceID? = nil, credits: Int = 0, appeal: String = "",
        time: UnixTime
    ) {
        self.account = account
        self.serial = serial
        self.kind = kind
        self.reason = reason
        self.text = text
        self.until = until
        self.device = device
        self.credits = credits
        self.appeal = appeal
        self.time = time
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        account = try container.decode(AccountID.self, forKey: .account)
        serial = try container.decode(.serial, in: NumberRange.count)
        kind = try container.decode(Kind.self, forKey: .kind)
        reason = try container.decode(String.self, forKey: .reason)
        text = try container.decode(String.self, forKey: .text)
        until = try container.decodeIfPresent(UnixTime.self, forKey: .until)
        device = try container.decodeIfPresent(DeviceID.self, forKey: .device)
        credits = try container.decode(.credits, in: NumberRange.count)
        appeal = try container.decode(String.self, forKey: .appeal)
        time = try container.decode(UnixTime.self, forKey: .time)
    }
}
