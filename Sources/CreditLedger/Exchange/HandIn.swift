package import SignedObjects

/// One page of the documents that the server signed and may have lost when it was restored from a
/// backup.
public struct HandIn: Codable, Sendable, Equatable {
    /// The server's epoch for which it is handed in.
    public var epoch: Int
    /// The number of entries sent in earlier contacts.
    public var offset: Int
    /// Compact ``Order``s, by serial.
    public var orders: [String]
    /// Compact ``Receipt``s, by their index in the log.
    public var receipts: [String]
    /// Compact ``Lease``s of this device that are not settled.
    public var leases: [String]
    /// Whether this is the last page.
    public var isLast: Bool

    /// A page of at most 64 entries, the first `offset` of all having gone before.
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

/// A ``HandIn`` in which every object was verified to be signed by this server, for this account.
package struct HandedIn: Sendable, Hashable {
    /// The server's epoch for which it is handed in.
    package let epoch: Int
    /// The number of entries sent in earlier contacts.
    package let offset: Int
    /// Orders by serial.
    package let orders: [JWS<Order>]
    /// Receipts by their index in the log.
    package let receipts: [JWS<Receipt>]
    /// The device's own leases.
    package let leases: [JWS<Lease>]
    /// Whether this is the last page.
    package let isLast: Bool

    /// A page of objects that were verified before.
    package init(
        epoch: Int, offset: Int, orders: [JWS<Order>], receipts: [JWS<Receipt>],
        leases: [JWS<Lease>], isLast: Bool
    ) {
        self.epoch = epoch
        self.offset = offset
        self.orders = orders
        self.receipts = receipts
        self.leases = leases
        self.isLast = isLast
    }

    /// Checks `handIn`, which came from `device`.
    ///
    /// - Throws: ``LedgerError``; one bad object refuses all.
    init(
        verifying handIn: HandIn, account: AccountID, device: DeviceID, serverKey: VerifyingKey
    ) throws(LedgerError) {
        guard handIn.count <= LedgerLimits.itemsPerContact else {
            throw .tooManyItems(count: handIn.count, limit: LedgerLimits.itemsPerContact)
        }
        var (orders, receipts, leases): ([JWS<Order>], [JWS<Receipt>], [JWS<Lease>]) = ([], [], [])
        for text in handIn.orders {
            let order: JWS<Order> = try verified(text, by: serverKey)
            guard order.payload.account == account else { throw .foreignObject(type: Order.type) }
            orders.append(order)
        }
        for text in handIn.receipts {
            let receipt: JWS<Receipt> = try verified(text, by: serverKey)
            guard receipt.payload.account == account else {
                throw .foreignObject(type: Receipt.type)
            }
            receipts.append(receipt)
        }
        for text in handIn.leases {
            let lease: JWS<Lease> = try verified(text, by: serverKey)
            guard lease.payload.account == account, lease.payload.device == device else {
                throw .foreignObject(type: Lease.type)
            }
            leases.append(lease)
        }
        self.init(
            epoch: handIn.epoch, offset: max(0, handIn.offset), orders: orders,
            receipts: receipts, leases: leases, isLast: handIn.isLast)
    }

    /// How many entries went before and with it; nil where it is for another epoch.
    func end(in present: Int) -> Int? {
        guard epoch == present else { return nil }
        let count = orders.count + receipts.count + leases.count
        let sum = offset.addingReportingOverflow(count)
        return sum.overflow ? Int.max : sum.partialValue
    }

    /// The form to send.
    package var handIn: HandIn {
        HandIn(
            epoch: epoch, offset: offset, orders: orders.map(\.compact),
            receipts: receipts.map(\.compact), leases: leases.map(\.compact), isLast: isLast)
    }
}
