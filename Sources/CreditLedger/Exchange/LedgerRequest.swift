import SignedObjects

/// What a device tells the ledger at one contact; safe to send again.
public struct LedgerRequest: Codable, Sendable, Equatable {
    /// Compact ``Spend``s that have no receipt yet, oldest first.
    public var spends: [String]
    /// Compact ``Return``s that were not confirmed yet.
    public var returns: [String]
    /// How many unspent leases the device would like to hold in all.
    public var wantedLeases: Int
    /// Orders after this serial are asked for.
    public var orderSerial: Int
    /// The server's epoch for which the device has handed in all that it held; nil where it holds
    /// nothing that the server signed.
    public var epoch: Int?
    /// What the server may have lost, where its epoch is a new one.
    public var handIn: HandIn?

    /// Takes every field.
    public init(
        spends: [String] = [], returns: [String] = [], wantedLeases: Int, orderSerial: Int,
        epoch: Int? = nil, handIn: HandIn? = nil
    ) {
        self.spends = spends
        self.returns = returns
        self.wantedLeases = wantedLeases
        self.orderSerial = orderSerial
        self.epoch = epoch
        self.handIn = handIn
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        spends = try container.decode([String].self, forKey: .spends)
        returns = try container.decode([String].self, forKey: .returns)
        wantedLeases = try container.decode(.wantedLeases, in: NumberRange.wish)
        orderSerial = try container.decode(.orderSerial, in: NumberRange.wish)
        epoch = try container.decodeIfPresent(.epoch, in: NumberRange.count)
        handIn = try container.decodeIfPresent(HandIn.self, forKey: .handIn)
    }
}
