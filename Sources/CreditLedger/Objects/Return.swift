public import SignedObjects

/// A device gives an unspent lease back; signed by the device.
public struct Return: SignedPayload {
    /// The header\'s `typ`.
    public static let type = "atelier-return+jws"

    /// The account that owns the credit.
    public let account: AccountID
    /// The device that gives the lease back, and signs this.
    public let device: DeviceID
    /// The lease.
    public let lease: LeaseID
    /// The leased credit's index within its account.
    public let credit: Int
    /// The leased credit's epoch.
    public let epoch: Int
    /// The device's corrected clock.
    public let time: UnixTime

    /// A return to be signed by the device that holds the lease.
    public init(
        account: AccountID, device: DeviceID, lease: LeaseID, credit: Int, epoch: Int,
        time: UnixTime
    ) {
        self.account = account
        self.device = device
        self.lease = lease
        self.credit = credit
        self.epoch = epoch
        self.time = time
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        account = try container.decode(AccountID.self, forKey: .account)
        device = try container.decode(DeviceID.self, forKey: .device)
        lease = try container.decode(LeaseID.self, forKey: .lease)
        credit = try container.decode(.credit, in: NumberRange.count)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        time = try container.decode(UnixTime.self, forKey: .time)
    }
}
