public import SignedObjects

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
        snapshot.held = held.sorted()
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
        held = mine.intersection(snapshot.held).subtracting(refusalsBySpend.keys)
    }
}
