import SignedObjects

/// What the server signed and may have lost with a backup that was restored, some at a time.
public struct HandIn: Codable, Sendable, Equatable {
    /// The server's epoch that it is for.
    public var epoch: Int
    /// How many entries went before, in earlier contacts.
    public var offset: Int
    /// Compact ``Order``s, by serial.
    public var orders: [String]
    /// Compact ``Receipt``s, by their place in the log.
    public var receipts: [String]
    /// Compact ``Lease``s of this device that are not settled.
    public var leases: [String]
    /// Whether nothing is left to hand in.
    public var isLast: Bool

    /// Takes every field.
    public init(
        epoch: Int, offset: Int, orders: [String], receipts: [String], leases: [String],
        isLast: Bool
    ) {
        self.epoch = epoch
        self.offset = offset
        self.orders = orders
        self.receipts = receipts
        self.leases = leases
        self.isLast = isLast
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        offset = try container.decode(.offset, in: NumberRange.count)
        orders = try container.decode([String].self, forKey: .orders)
        receipts = try container.decode([String].self, forKey: .receipts)
        leases = try container.decode([String].self, forKey: .leases)
        isLast = try container.decode(Bool.self, forKey: .isLast)
    }

    /// How many entries it has.
    public var count: Int { orders.count + receipts.count + leases.count }
}
