public import SignedObjects

/// The credits of one device: a pure state machine.
///
/// The journal is the truth about what was spent and what was given back; everything else here came
/// from the server and can come again. So a database that was restored from a backup, or lost,
/// cannot spend a lease twice, nor one that was returned: a lease that stands in the journal is
/// over, whatever the database says.
public struct DeviceWallet: Sendable, Hashable {
    /// The account.
    public let account: AccountID
    /// This device.
    public let device: DeviceID
    /// This device's spend journal.
    public let journal: JournalID
    /// The journal's spends, oldest first.
    public internal(set) var spends: [JWS<Spend>]
    /// Receipts by the digest of the spend in the journal.
    public internal(set) var receiptsBySpend: [Digest: JWS<Receipt>] = [:]
    /// Final refusals by the digest of the spend in the journal.
    public internal(set) var refusalsBySpend: [Digest: LedgerReply.Refusal] = [:]
    /// What the spends that the server holds wait for, by the digest of the spend.
    public internal(set) var held: [Digest: LedgerReply.HoldReason] = [:]
    /// Every order seen, by serial from 1.
    public internal(set) var orders: [JWS<Order>] = []
    /// The highest server time seen; nil before the first contact.
    public internal(set) var serverTime: UnixTime?
    package var leases: [LeaseID: JWS<Lease>] = [:]
    var returns: [LeaseID: JWS<Return>]
    /// Of the returns, those that stand in the journal.
    var journaledReturns: Set<LeaseID>
    var ended: Set<LeaseID> = []
    /// Leases that lay in the future when the server took its time back: never used any more.
    var datedAhead: Set<LeaseID> = []
    var balance: LedgerReply.Balance?
    var lendsFrom: UnixTime?
    /// Both clocks at the last contact.
    public internal(set) var clockPair: ClockPair?
    /// What the device's own clocks say now; nil: not known. Whoever opens a wallet sets it.
    public var present: ClockReading?
    var waiting: LedgerReply.Waiting?
    /// The server's epoch for which all was handed in; nil before the first contact.
    var metEpoch: Int?
    /// How far it has come with the present epoch.
    var handing: HandInProgress?
    /// Orders up to here were compared with the server's, after it was restored; nil: all were.
    var confirmedOrders: Int?

    /// The wallet of a device that knows nothing yet but its journal.
    ///
    /// - Parameters:
    ///   - journal: The journal's name.
    ///   - spends: The spends that stand in it, oldest first, verified when it was opened.
    ///   - returns: The returns that stand in it.
    public init(
        account: AccountID, device: DeviceID, journal: JournalID, spends: [JWS<Spend>],
        returns: [JWS<Return>]
    ) {
        self.account = account
        self.device = device
        self.journal = journal
        self.spends = spends
        self.returns = Dictionary(
            returns.map { ($0.payload.lease, $0) }, uniquingKeysWith: { first, _ in first })
        journaledReturns = Set(self.returns.keys)
    }

    /// What the orders seen so far add up to.
    public var standing: Standing { Standing(after: orders.lazy.map(\.payload)) }

    /// Says whether a new body may be generated now, and with which lease.
    ///
    /// - Parameter now: The device's clock, corrected by the server's where they have met.
    /// - Returns: The lease that ends first, or the one reason that the artist must know.
    public func permission(now: UnixTime) -> Result<JWS<Lease>, RefusedReason> {
        if let refusal = obstacle(now: now) { return .failure(refusal) }
        if let lease = usableLeases(now: now).first { return .success(lease) }
        if let last = unspentLeases.max(by: Self.endsFirst) {
            if isDatedAhead(last.payload, now: now) { return .failure(.leaseDatedAhead) }
            return .failure(.leaseExpired(expired: last.payload.expires))
        }
        return .failure(.noCredit(credits(now: now)))
    }

    /// The account's credits as this device knows them.
    public func credits(now: UnixTime) -> CreditsSummary {
        let usable = usableLeases(now: now)
        var summary = CreditsSummary()
        summary.usable = usable.count
        summary.usableUntil = usable.map(\.payload.expires).min()
        summary.spentHere = spends.count
        summary.settled = receiptsBySpend.count
        summary.held = held.count
        summary.unregistered = held.values.count { $0 == .unregistered }
        summary.withheld = held.values.count { $0 == .withheld }
        summary.refused = refusalsBySpend.count
        summary.asOf = serverTime
        guard let balance else { return summary }
        let known = leases.values.filter { returns[$0.payload.lease] == nil }
        let usedSince = known.count { isSpent($0.payload) && !isAnswered($0.payload) }
        summary.lendsFrom = lendsFrom.flatMap { effective(now) < $0 ? $0 : nil }
        summary.waitsFor = waiting.flatMap { effective(now) < $0.until ? $0.devices.count : nil }
        summary.waitsUntil = summary.waitsFor == nil ? nil : waiting?.until
        summary.granted = balance.granted
        summary.free = balance.free
        summary.leasedElsewhere = max(0, balance.leased - known.count { !isAnswered($0.payload) })
        summary.spent = balance.spent + usedSince
        return summary
    }

    /// Spends a credit for what `parts` are rendered to, signed by this device.
    ///
    /// The same body again gives the spend that stands in the journal already, at no cost. A new
    /// one must be in the journal, on the disk, before anything is generated; if writing it fails,
    /// throw the changed wallet away and keep the one from before.
    ///
    /// - Throws: ``RefusedReason``, or ``JWSError`` where the key cannot sign. Nothing is changed.
    public mutating func spend(
        _ parts: RenderSpec, now: UnixTime, signedBy key: SigningKey
    ) throws -> WalletSpend {
        try spend(parts, now: now) { payload in try JWS(signing: payload, with: key) }
    }

    /// Spends a credit for what `parts` are rendered to, signed as told.
    package mutating func spend(
        _ parts: RenderSpec, now: UnixTime, sign: (Spend) throws -> JWS<Spend>
    ) throws -> WalletSpend {
        let body = parts.digest
        if let known = spends.first(where: { $0.payload.body == body }) {
            return WalletSpend(spend: known, isNew: false)
        }
        let lease = try permission(now: now).get().payload
        let spend = try sign(
            Spend(
                account: account, device: device, lease: lease.lease, credit: lease.credit,
                epoch: lease.epoch, journal: journal, number: spends.count + 1,
                previous: spends.last?.digest ?? .zero, parts: parts, time: effective(now),
                orderSerial: orders.count))
        spends.append(spend)
        return WalletSpend(spend: spend, isNew: true)
    }

    /// The spends that have neither a receipt nor a final refusal, oldest first.
    public var unsettled: [JWS<Spend>] {
        spends.filter { receiptsBySpend[$0.digest] == nil && refusalsBySpend[$0.digest] == nil }
    }

    /// The leases that are not in the journal and were not given back, in no order.
    public var unspentLeases: [JWS<Lease>] {
        leases.values.filter {
            !isSpent($0.payload) && returns[$0.payload.lease] == nil && !isSuperseded($0.payload)
        }
    }

    /// The unspent leases that may be used now, as far as their dates go; the first to end first.
    package func usableLeases(now: UnixTime) -> [JWS<Lease>] {
        unspentLeases.filter {
            effective(now) < $0.payload.expires && !isDatedAhead($0.payload, now: now)
        }.sorted(by: Self.endsFirst)
    }

    func isSpent(_ lease: Lease) -> Bool {
        spends.contains {
            $0.payload.lease == lease.lease
                || ($0.payload.credit == lease.credit && $0.payload.epoch == lease.epoch)
        }
    }

    /// True where the server has told what became of the lease's spend.
    private func isAnswered(_ lease: Lease) -> Bool {
        spends.contains {
            $0.payload.lease == lease.lease
                && (receiptsBySpend[$0.digest] != nil || refusalsBySpend[$0.digest] != nil)
        }
    }

    private func obstacle(now: UnixTime) -> RefusedReason? {
        switch standing.obstacle(for: device, at: effective(now)) {
        case .revoked(let order):
            return .revoked(reason: order.reason, text: order.text)
        case .suspended(let order):
            return .suspended(
                reason: order.reason, text: order.text, until: order.until, appeal: order.appeal)
        case .paused(let order):
            return .paused(reason: order.reason, text: order.text, until: order.until)
        case nil:
            break
        }
        guard let serverTime, serverTime - now > LedgerLimits.clockTolerance else { return nil }
        return .clockBehind(by: serverTime - now, limit: LedgerLimits.clockTolerance)
    }

    private static func endsFirst(_ left: JWS<Lease>, _ right: JWS<Lease>) -> Bool {
        (left.payload.expires, left.payload.lease) < (right.payload.expires, right.payload.lease)
    }
}

/// A spend, and whether it must be journaled before anything is generated.
public struct WalletSpend: Sendable, Equatable {
    /// The signed spend.
    public let spend: JWS<Spend>
    /// False where the journal holds it already.
    public let isNew: Bool
}

/// The account's credits as this device knows them.
public struct CreditsSummary: Codable, Sendable, Equatable {
    /// Credits ever granted to the account, as of the last contact.
    public var granted = 0
    /// Credits that no device holds, as of the last contact.
    public var free = 0
    /// Credits leased to other devices, as of the last contact.
    public var leasedElsewhere = 0
    /// Spent: countersigned ones of the whole account, and those in this device's journal since.
    public var spent = 0
    /// Unspent and usable here now.
    public var usable = 0
    /// When the first of the usable ones ends; nil where there is none.
    public var usableUntil: UnixTime?
    /// Spends in this device's journal.
    public var spentHere = 0
    /// Of those, countersigned.
    public var settled = 0
    /// Of those, held by the server until nothing stands in the way of their receipts.
    public var held = 0
    /// Of the held ones, those whose model is not registered.
    public var unregistered = 0
    /// Of the held ones, those whose model, or a work of it, is withheld.
    public var withheld = 0
    /// Of those, refused for ever: the images stay without a receipt.
    public var refused = 0
    /// When the server lends credits again, where this account let too many go unused; else nil.
    public var lendsFrom: UnixTime?
    /// After the server was restored: how many other devices have to sync before it lends and
    /// signs again; nil where it waits for none.
    public var waitsFor: Int?
    /// When it waits for nobody any longer.
    public var waitsUntil: UnixTime?
    /// Server time of the last contact; nil before the first.
    public var asOf: UnixTime?

    /// No contact yet.
    public init() {}
}

// One credit can be lent to one device more than once: a server whose clock was ahead ended the
// first lease before its time, and the device holds both.
extension DeviceWallet {
    /// Whether the lease is no longer the one that its credit can be used by.
    ///
    /// A later lease of the same credit takes its place. While a spend by an earlier one has not
    /// been answered, and after a receipt was given for the credit, there is nothing to use.
    func isSuperseded(_ lease: Lease) -> Bool {
        let isReplaced = leases.values.contains {
            $0.payload.credit == lease.credit && $0.payload.epoch > lease.epoch
        }
        if isReplaced { return true }
        let isCharged = receiptsBySpend.values.contains {
            $0.payload.credit == lease.credit && $0.payload.epoch >= lease.epoch
        }
        if isCharged { return true }
        return unsettled.contains {
            $0.payload.credit == lease.credit && $0.payload.epoch < lease.epoch
        }
    }
}
