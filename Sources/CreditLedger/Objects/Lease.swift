public import SignedObjects

/// One credit lent to one device: while it holds this, the device may generate once, offline.
public struct Lease: SignedPayload {
    /// The header\'s `typ`.
    public static let type = "atelier-lease+jws"

    /// The account that owns the credit.
    public let account: AccountID
    /// The only device that may use this lease.
    public let device: DeviceID
    /// Names this lease.
    public let lease: LeaseID
    /// The credit's index within its account, from 0.
    public let credit: Int
    /// How often the credit has been leased, this time included.
    public let epoch: Int
    /// Server time of the lease.
    public let issued: UnixTime
    /// From this server time on the device must not generate with it.
    public let expires: UnixTime
    /// Until this server time a spend made before ``expires`` is still countersigned as of right.
    public let graceEnds: UnixTime
    /// The highest order serial of the account when this was issued.
    public let orderSerial: Int

    /// A lease to be signed by the server; `issued` < `expires` ≤ `graceEnds`.
    public init(
        account: AccountID, device: DeviceID, lease: LeaseID, credit: Int, epoch: Int,
        issued: UnixTime, expires: UnixTime, graceEnds: UnixTime, orderSerial: Int
    ) {
        self.account = account
        self.device = device
        self.lease = lease
        self.credit = credit
        self.epoch = epoch
        self.issued = issued
        self.expires = expires
        self.graceEnds = graceEnds
        self.orderSerial = orderSerial
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
        issued = try container.decode(UnixTime.self, forKey: .issued)
        expires = try container.decode(UnixTime.self, forKey: .expires)
        graceEnds = try container.decode(UnixTime.self, forKey: .graceEnds)
        orderSerial = try container.decode(.orderSerial, in: NumberRange.count)
    }
}

/// Names one lease: 16 random bytes.
public struct LeaseID: FixedBytes {
    /// 16 bytes.
    public static let byteCount = 16
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}

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
