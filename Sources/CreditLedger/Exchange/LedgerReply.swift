public import SignedObjects

/// What the ledger answers at one contact.
public struct LedgerReply: Codable, Sendable, Equatable {
    /// Why a spend gets no receipt.
    public enum Refusal: String, Codable, Sendable {
        /// The same lease was already spent on another body; both are kept as proof.
        case doubleSpend = "double-spend"
        /// The lease had run out and no other credit is free.
        case uncredited
        /// The spend names a lease that was never issued to this device.
        case unknownLease = "unknown-lease"
    }

    /// A spend that gets no receipt.
    public struct RefusedSpend: Codable, Sendable, Hashable {
        /// Digest of the spend's compact text.
        public let spend: Digest
        /// Why.
        public let reason: Refusal

        /// A spend by its digest, and why it gets no receipt.
        public init(spend: Digest, reason: Refusal) {
            self.spend = spend
            self.reason = reason
        }
    }

    /// Why a spend waits for its receipt.
    public enum HoldReason: String, Codable, Sendable, CaseIterable {
        /// The account is suspended.
        case suspended
        /// The service is paused.
        case paused
        /// The device was revoked, which is final.
        case revoked
        /// The server was restored, and other devices have to come first.
        case restored
        /// The model, with the works that the spend names, is not registered.
        case unregistered
        /// The model, or a work that it learned from, is withheld.
        case withheld
    }

    /// A spend that is kept until nothing stands in the way of its receipt.
    public struct HeldSpend: Codable, Sendable, Hashable {
        /// Digest of the spend's compact text.
        public let spend: Digest
        /// What it waits for.
        public let reason: HoldReason

        /// A spend by its digest, and what it waits for.
        public init(spend: Digest, reason: HoldReason) {
            self.spend = spend
            self.reason = reason
        }
    }

    /// The account's credits.
    public struct Balance: Codable, Sendable, Hashable {
        /// How many credits the account was ever given.
        public let granted: Int
        /// How many no device holds.
        public let free: Int
        /// How many are lent to devices.
        public let leased: Int
        /// How many are spent for ever.
        public let spent: Int

        /// A balance; `free`, `leased` and `spent` must add up to `granted`.
        public init(granted: Int, free: Int, leased: Int, spent: Int) {
            self.granted = granted
            self.free = free
            self.leased = leased
            self.spent = spent
        }

        /// Reads what was sent.
        ///
        /// - Throws: `DecodingError` where a field is missing or a number out of its range.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            granted = try container.decode(.granted, in: NumberRange.count)
            free = try container.decode(.free, in: NumberRange.count)
            leased = try container.decode(.leased, in: NumberRange.count)
            spent = try container.decode(.spent, in: NumberRange.count)
        }
    }

    /// What a device has to hand in before anything else, as the server may have lost it.
    public struct Lacks: Codable, Sendable, Hashable {
        /// Receipts from this index in the log on.
        public let receipts: Int
        /// Orders from this serial on.
        public let orders: Int

        /// The first receipt, from 0, and the first order, from 1, that the server may have lost.
        public init(receipts: Int, orders: Int) {
            self.receipts = receipts
            self.orders = orders
        }

        /// Reads what was sent.
        ///
        /// - Throws: `DecodingError` where a field is missing or a number out of its range.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            receipts = try container.decode(.receipts, in: NumberRange.count)
            orders = try container.decode(.orders, in: NumberRange.count)
        }
    }

    /// Other devices that have to come before the account is lent anything.
    public struct Waiting: Codable, Sendable, Hashable {
        /// Which.
        public let devices: [DeviceID]
        /// When nobody is waited for any longer.
        public let until: UnixTime

        /// The devices that have not come yet, and until when they are waited for.
        public init(devices: [DeviceID], until: UnixTime) {
            self.devices = devices
            self.until = until
        }
    }

    /// Compact ``Receipt``s for the request's spends, new or given before.
    public var receipts: [String]
    /// Spends kept until nothing stands in the way of their receipts.
    public var held: [HeldSpend]
    /// Spends that get no receipt.
    public var refused: [RefusedSpend]
    /// Leases that the ledger no longer holds for this device: returned, or never current again.
    public var ended: [LeaseID]
    /// Every compact ``Lease`` that is current for this device.
    public var leases: [String]
    /// Compact ``Order``s after the serial asked for, oldest first.
    public var orders: [String]
    /// The account's credits after this contact.
    public var balance: Balance
    /// Server time.
    public var time: UnixTime
    /// When the account is lent credits again; nil where nothing stands in the way.
    public var lendsFrom: UnixTime?
    /// The compact signed head of the server's audit log, `AuditHead`; the ledger does not look
    /// into it.
    public var audit: String?
    /// The server's epoch.
    public var epoch: Int
    /// What the device has to hand in first; nothing else was done then.
    public var lacks: Lacks?
    /// How many entries have been handed in with this contact and before; nil where none came.
    public var handedIn: Int?
    /// Whom the server waits for before it lends and signs; nil where for nobody.
    public var waiting: Waiting?

    /// A reply; the signed objects in it must be by the server's key.
    public init(
        receipts: [String], held: [HeldSpend], refused: [RefusedSpend], ended: [LeaseID],
        leases: [String], orders: [String], balance: Balance, time: UnixTime,
        lendsFrom: UnixTime? = nil, audit: String? = nil, epoch: Int = 1, lacks: Lacks? = nil,
        handedIn: Int? = nil, waiting: Waiting? = nil
    ) {
        self.receipts = receipts
        self.held = held
        self.refused = refused
        self.ended = ended
        self.leases = leases
        self.orders = orders
        self.balance = balance
        self.time = time
        self.lendsFrom = lendsFrom
        self.audit = audit
        self.epoch = epoch
        self.lacks = lacks
        self.handedIn = handedIn
        self.waiting = waiting
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        receipts = try container.decode([String].self, forKey: .receipts)
        held = try container.decode([HeldSpend].self, forKey: .held)
        refused = try container.decode([RefusedSpend].self, forKey: .refused)
        ended = try container.decode([LeaseID].self, forKey: .ended)
        leases = try container.decode([String].self, forKey: .leases)
        orders = try container.decode([String].self, forKey: .orders)
        balance = try container.decode(Balance.self, forKey: .balance)
        time = try container.decode(UnixTime.self, forKey: .time)
        lendsFrom = try container.decodeIfPresent(UnixTime.self, forKey: .lendsFrom)
        audit = try container.decodeIfPresent(String.self, forKey: .audit)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        lacks = try container.decodeIfPresent(Lacks.self, forKey: .lacks)
        handedIn = try container.decodeIfPresent(.handedIn, in: NumberRange.count)
        waiting = try container.decodeIfPresent(Waiting.self, forKey: .waiting)
    }
}

/// A ``LedgerReply`` whose every signed object was verified to be the server's word to one device.
public struct LedgerAnswer: Sendable, Hashable {
    /// Receipts for the spends of the contact, new or given before.
    public package(set) var receipts: [JWS<Receipt>] = []
    /// Spends kept until nothing stands in the way of their receipts.
    public package(set) var held: [LedgerReply.HeldSpend] = []
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
    /// - Parameter known: Leases of the device that were verified before: a text that was signed
    ///   once is still.
    /// - Throws: ``LedgerError``; one bad object refuses the whole reply.
    public init(
        verifying reply: LedgerReply, account: AccountID, device: DeviceID,
        serverKey: VerifyingKey, known: some Sequence<JWS<Lease>> = []
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
        let known = Dictionary(known.map { ($0.compact, $0) }, uniquingKeysWith: { $1 })
        for text in reply.leases {
            let lease: JWS<Lease>
            if let held = known[text] {
                lease = held
            } else {
                lease = try verified(text, by: serverKey)
            }
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
