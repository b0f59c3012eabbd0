public import SignedObjects

/// The server's countersignature under one spend: the generation counts, its watermark may go.
public struct Receipt: SignedPayload {
    /// The header\'s `typ`.
    public static let type = "atelier-receipt+jws"

    /// The account whose credit was spent.
    public let account: AccountID
    /// The device that spent it.
    public let device: DeviceID
    /// Digest of the ``Spend``'s compact text.
    public let spend: Digest
    /// The body of work that is countersigned.
    public let body: Digest
    /// The model file that it was rendered with.
    public let model: Digest
    /// How many works the model learned from, all of them registered and none withheld when this
    /// was signed; nil where the server does not ask for registrations and the model has none.
    public let works: Int?
    /// The credit charged: the leased one, or another free one where the lease was no longer
    /// current.
    public let credit: Int
    /// The charged credit's epoch.
    public let epoch: Int
    /// Server time of the receipt.
    public let time: UnixTime
    /// This receipt's index in the account's receipt log, from 0.
    public let logIndex: Int
    /// Chained digest over the account's receipts before this one; zero for the first.
    public let logHead: Digest

    /// A receipt to be signed by the server; `credit` and `logIndex` count from 0.
    public init(
        account: AccountID, device: DeviceID, spend: Digest, body: Digest, model: Digest,
        works: Int? = nil,
        credit: Int, epoch: Int,
        time: UnixTime, logIndex: Int, logHead: Digest
    ) {
        self.account = account
        self.device = device
        self.spend = spend
        self.body = body
        self.model = model
        self.works = works
        self.credit = credit
        self.epoch = epoch
        self.time = time
        self.logIndex = logIndex
        self.logHead = logHead
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        account = try container.decode(AccountID.self, forKey: .account)
        device = try container.decode(DeviceID.self, forKey: .device)
        spend = try container.decode(Digest.self, forKey: .spend)
        body = try container.decode(Digest.self, forKey: .body)
        model = try container.decode(Digest.self, forKey: .model)
        works = try container.decodeIfPresent(.works, in: NumberRange.count)
        credit = try container.decode(.credit, in: NumberRange.count)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        time = try container.decode(UnixTime.self, forKey: .time)
        logIndex = try container.decode(.logIndex, in: NumberRange.count)
        logHead = try container.decode(Digest.self, forKey: .logHead)
    }
}
