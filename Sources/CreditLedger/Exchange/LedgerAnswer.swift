public import SignedObjects

/// A ``LedgerReply`` whose every signed object was verified to be the server's word to one device.
public struct LedgerAnswer: Sendable, Hashable {
    /// Receipts for the spends of the contact, new or given before.
    public package(set) var receipts: [JWS<Receipt>] = []
    /// Spends kept until a suspension or pause is lifted.
    public package(set) var held: [Digest] = []
    /// Spends that get no receipt.
    public package(set) var refused: [LedgerReply.RefusedSpend] = []
    /// Leases that are over for this device.
    public package(set) var ended: [LeaseID] = []
    /// Every lease that is current for this device and unspent.
    public package(set) var leases: [JWS<Lease>] = []
    /// Orders after the serial asked for, oldest first.
    public package(set) var orders: [JWS<Order>] = []
    /// The account's credits.
    public package(set) var balance: LedgerReply.Balance
    /// Server time.
    public package(set) var time: UnixTime
    /// When the account is lent credits again; nil where nothing stands in the way.
    public package(set) var lendsFrom: UnixTime?
    /// The server's epoch.
    public package(set) var epoch: Int
    /// What the device has to hand in first.
    public package(set) var lacks: LedgerReply.Lacks?
    /// How many entries have been handed in; nil where none came.
    public package(set) var handedIn: Int?
    /// Whom the server waits for.
    public package(set) var waiting: LedgerReply.Waiting?

    /// An answer with nothing but balance, time and epoch.
    package init(
        balance: LedgerReply.Balance, time: UnixTime, epoch: Int,
        lacks: LedgerReply.Lacks? = nil
    ) {
        self.balance = balance
        self.time = time
        self.epoch = epoch
        self.lacks = lacks
    }

    /// Checks `reply`, which came from the server with `serverKey`.
    ///
    /// - Throws: ``LedgerError``; one bad object refuses the whole reply.
    public init(
        verifying reply: LedgerReply, account: AccountID, device: DeviceID,
        serverKey: VerifyingKey
    ) throws(LedgerError) {
        self.init(
            balance: reply.balance, time: reply.time, epoch: reply.epoch, lacks: reply.lacks)
        (waiting, handedIn) = (reply.waiting, reply.handedIn)
        try Self.checkCounts(of: reply)
        for text in reply.receipts {
            let receipt: JWS<Receipt> = try verified(text, by: serverKey)
            guard receipt.payload.account == account, receipt.payload.device == device else {
                throw .foreignObject(type: Receipt.type)
            }
            receipts.append(receipt)
        }
        for text in reply.leases {
            let lease: JWS<Lease> = try verified(text, by: serverKey)
            guard lease.payload.account == account, lease.payload.device == device else {
                throw .foreignObject(type: Lease.type)
            }
            leases.append(lease)
        }
        for text in reply.orders {
            let order: JWS<Order> = try verified(text, by: serverKey)
            guard order.payload.account == account else {
                throw .foreignObject(type: Order.type)
            }
            orders.append(order)
        }
        (held, refused, ended) = (reply.held, reply.refused, reply.ended)
        lendsFrom = reply.lendsFrom
    }

    /// The form to send.
    public var reply: LedgerReply {
        LedgerReply(
            receipts: receipts.map(\.compact), held: held, refused: refused, ended: ended,
            leases: leases.map(\.compact), orders: orders.map(\.compact), balance: balance,
            time: time, lendsFrom: lendsFrom, epoch: epoch, lacks: lacks,
            handedIn: handedIn, waiting: waiting)
    }

    private static func checkCounts(of reply: LedgerReply) throws(LedgerError) {
        let counts = [
            reply.receipts.count, reply.held.count, reply.refused.count, reply.ended.count,
            reply.leases.count, reply.orders.count, reply.waiting?.devices.count ?? 0,
        ]
        for count in counts where count > LedgerLimits.itemsPerReply {
            throw .tooManyItems(count: count, limit: LedgerLimits.itemsPerReply)
        }
    }
}
