public import SignedObjects

/// What a ``DeviceWallet`` holds beside the journal, in a form to store. Every signature in it is
/// verified when it is read back.
public struct WalletSnapshot: Codable, Sendable, Equatable {
    /// The journal that the leases were used with.
    public var journal: JournalID
    /// Compact ``Lease``s.
    public var leases: [String] = []
    /// Compact ``Return``s that are not in the journal, from before returns were written there.
    public var returns: [String] = []
    /// Given-back leases that the server has confirmed.
    public var ended: [LeaseID] = []
    /// Leases that lay in the future when the server took its time back.
    public var datedAhead: [LeaseID] = []
    /// Compact ``Receipt``s.
    public var receipts: [String] = []
    /// Compact ``Order``s.
    public var orders: [String] = []
    /// Spends that get no receipt.
    public var refused: [LedgerReply.RefusedSpend] = []
    /// Spends that the server holds.
    public var held: [LedgerReply.HeldSpend] = []
    /// The account's credits at the last contact.
    public var balance: LedgerReply.Balance?
    /// When the account is lent credits again, as of the last contact.
    public var lendsFrom: UnixTime?
    /// Whom the server waits for, as of the last contact.
    public var waiting: LedgerReply.Waiting?
    /// The server's epoch for which all was handed in.
    public var metEpoch: Int?
    /// How far it has come with the present epoch.
    package var handing: HandInProgress?
    /// Orders up to here were compared with the server's.
    public var confirmedOrders: Int?
    /// Both clocks at the last contact.
    public var clockPair: ClockPair?
    /// The highest server time seen.
    public var serverTime: UnixTime?

    /// An empty snapshot for the device with this journal.
    public init(journal: JournalID) {
        self.journal = journal
    }
}

extension DeviceWallet {
    /// What to store; ``init(_:account:journal:spends:returns:serverKey:deviceKey:)`` reads it
    /// back.
    public var snapshot: WalletSnapshot {
        var snapshot = WalletSnapshot(journal: journal)
        snapshot.leases = leases.values.map(\.compact).sorted()
        snapshot.returns = returns.filter { !journaledReturns.contains($0.key) }
            .map(\.value.compact).sorted()
        snapshot.ended = ended.sorted()
        snapshot.datedAhead = datedAhead.sorted()
        snapshot.receipts = receiptsBySpend.values.map(\.compact).sorted()
        snapshot.orders = orders.map(\.compact)
        snapshot.refused = refusalsBySpend.sorted { $0.key < $1.key }
            .map { .init(spend: $0.key, reason: $0.value) }
        snapshot.held = held.sorted { $0.key < $1.key }
            .map { .init(spend: $0.key, reason: $0.value) }
        snapshot.balance = balance
        snapshot.lendsFrom = lendsFrom
        snapshot.serverTime = serverTime
        snapshot.clockPair = clockPair
        snapshot.waiting = waiting
        snapshot.metEpoch = metEpoch
        snapshot.handing = handing
        snapshot.confirmedOrders = confirmedOrders
        return snapshot
    }

    /// The wallet as it was stored, on top of the journal as it is now.
    ///
    /// Whatever in the snapshot is not signed by the right key is left out: the server gives it
    /// again at the next contact. Leases used with another journal are left out too, for that
    /// journal may hold spends that nobody can see any more.
    ///
    /// - Parameters:
    ///   - journal: The journal's name.
    ///   - spends: The spends that stand in it, oldest first, verified when it was opened.
    ///   - returns: The returns that stand in it.
    public init(
        _ snapshot: WalletSnapshot, account: AccountID, journal: JournalID, spends: [JWS<Spend>],
        returns: [JWS<Return>], serverKey: VerifyingKey, deviceKey: VerifyingKey
    ) {
        self.init(
            account: account, device: DeviceID(key: deviceKey), journal: journal, spends: spends,
            returns: returns)
        serverTime = snapshot.serverTime
        balance = snapshot.balance
        lendsFrom = snapshot.lendsFrom
        waiting = snapshot.waiting
        clockPair = snapshot.clockPair
        metEpoch = snapshot.metEpoch
        handing = snapshot.handing
        for text in snapshot.orders {
            guard let order = try? JWS<Order>(verifying: text, with: serverKey),
                order.payload.account == account, order.payload.serial == orders.count + 1
            else { break }
            orders.append(order)
        }
        confirmedOrders = snapshot.confirmedOrders.map { max(0, min($0, orders.count)) }
        for text in snapshot.receipts {
            if let receipt = try? JWS<Receipt>(verifying: text, with: serverKey) { absorb(receipt) }
        }
        restoreVerdicts(snapshot)
        guard snapshot.journal == journal else { return }
        for text in snapshot.leases {
            if let lease = try? JWS<Lease>(verifying: text, with: serverKey) { absorb(lease) }
        }
        for text in snapshot.returns {
            guard let giveBack = try? JWS<Return>(verifying: text, with: deviceKey) else {
                continue
            }
            let lease = giveBack.payload.lease
            self.returns[lease] = self.returns[lease] ?? giveBack
        }
        ended = Set(snapshot.ended)
        datedAhead = Set(snapshot.datedAhead)
    }

    private mutating func restoreVerdicts(_ snapshot: WalletSnapshot) {
        let mine = Set(unsettled.map(\.digest))
        for refusal in snapshot.refused where mine.contains(refusal.spend) {
            refusalsBySpend[refusal.spend] = refusal.reason
        }
        for hold in snapshot.held
        where mine.contains(hold.spend) && refusalsBySpend[hold.spend] == nil {
            held[hold.spend] = hold.reason
        }
    }
}
