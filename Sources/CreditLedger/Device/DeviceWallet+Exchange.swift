public import SignedObjects

extension DeviceWallet {
    /// What to tell the ledger at the next contact; safe to send as often as needed.
    ///
    /// Leases that ended unspent, or that the server dated ahead while its clock was wrong, are
    /// given
    /// back with it, so that the credit can be lent anew at once.
    ///
    /// - Parameters:
    ///   - wantedLeases: How many unspent leases to hold in all.
    ///   - now: The device's corrected clock.
    ///   - key: This device's key.
    ///   - record: Puts a return into the journal, on the disk, before anybody is told of it.
    /// - Throws: ``JWSError`` where the key cannot sign; what `record` throws. Then throw the
    ///   wallet away and open it again: some returns may stand in the journal already.
    public mutating func request(
        wantedLeases: Int = 2, now: UnixTime, signedBy key: SigningKey,
        recording record: (JWS<Return>) throws -> Void
    ) throws -> LedgerRequest {
        try contact(wantedLeases: wantedLeases, now: now) { payload in
            let giveBack = try JWS(signing: payload, with: key)
            try record(giveBack)
            return giveBack
        }.request
    }

    /// What to tell the ledger, signed and recorded as told.
    package mutating func contact(
        wantedLeases: Int, now: UnixTime, sign: (Return) throws -> JWS<Return>
    ) throws -> LedgerContact {
        var next = self
        for lease in unspentLeases
        where lease.payload.expires <= effective(now) || isDatedAhead(lease.payload, now: now) {
            try next.giveBack(lease.payload.lease, now: now, sign: sign)
        }
        self = next
        let waiting = returns.values.filter { !ended.contains($0.payload.lease) }
            .sorted { $0.payload.lease < $1.payload.lease }
        return LedgerContact(
            device: device,
            spends: Array(unsettled.prefix(LedgerLimits.itemsPerContact)),
            returns: Array(waiting.prefix(LedgerLimits.itemsPerContact)),
            wantedLeases: wantedLeases, orderSerial: askedSerial, epoch: toldEpoch,
            handedIn: handedIn)
    }

    /// Gives an unspent lease back at the next contact; it can never be used again.
    ///
    /// A lease that was spent, given back or never held is left as it is.
    ///
    /// - Parameter record: Puts the return into the journal, on the disk, before it counts.
    /// - Throws: ``JWSError`` where the key cannot sign; what `record` throws. Nothing is changed.
    public mutating func giveBack(
        _ lease: LeaseID, now: UnixTime, signedBy key: SigningKey,
        recording record: (JWS<Return>) throws -> Void
    ) throws {
        try giveBack(lease, now: now) { payload in
            let giveBack = try JWS(signing: payload, with: key)
            try record(giveBack)
            return giveBack
        }
    }

    /// Gives an unspent lease back, signed and recorded as told.
    package mutating func giveBack(
        _ lease: LeaseID, now: UnixTime, sign: (Return) throws -> JWS<Return>
    ) throws {
        guard let held = leases[lease]?.payload, !isSpent(held), returns[lease] == nil else {
            return
        }
        returns[lease] = try sign(
            Return(
                account: account, device: device, lease: lease, credit: held.credit,
                epoch: held.epoch, time: effective(now)))
        journaledReturns.insert(lease)
    }

    /// Takes the ledger's reply: in any order, any number of times.
    ///
    /// - Parameter serverKey: The server's key, pinned when the device joined.
    /// - Parameter own: The device's own clocks when the reply came; nil: not known.
    /// - Throws: ``LedgerError`` where a signature, an address or the server's time does not hold.
    ///   Nothing is changed.
    public mutating func absorb(
        _ reply: LedgerReply, serverKey: VerifyingKey, own: ClockReading? = nil
    ) throws(LedgerError) {
        try absorb(
            LedgerAnswer(
                verifying: reply, account: account, device: device, serverKey: serverKey,
                known: unspentLeases),
            own: own)
    }

    /// Takes a verified answer: in any order, any number of times.
    public mutating func absorb(
        _ answer: LedgerAnswer, own: ClockReading? = nil
    ) throws(LedgerError) {
        try checkTime(answer.time, own: own)
        var next = self
        guard
            next.absorb(epoch: answer.epoch, lacks: answer.lacks, handedIn: answer.handedIn)
        else { return }
        if answer.lacks == nil { next.waiting = answer.waiting }
        let isSetBack = isTimeSetBack(to: answer.time, own: own)
        if answer.time >= serverTime ?? answer.time || isSetBack {
            next.serverTime = answer.time
            if isSetBack || !isOld(answer.time, own: own) {
                next.clockPair = own.map { ClockPair(server: answer.time, own: $0) }
            }
            next.balance = answer.balance
            next.lendsFrom = answer.lendsFrom
        }
        try next.absorb(answer.orders)
        for lease in answer.leases { next.absorb(lease) }
        if isSetBack { next.noteLeasesDatedAhead(of: answer.time) }
        for lease in answer.ended where next.returns[lease] != nil { next.ended.insert(lease) }
        for receipt in answer.receipts { next.absorb(receipt) }
        next.absorb(held: answer.held, refused: answer.refused)
        next.forgetOldLeases()
        self = next
    }

    /// The serial never falls: known orders are kept, and one past a gap waits for the next
    /// contact. After the server was restored, it may have given another order the place of one
    /// that it lost; then its own list holds.
    mutating func absorb(_ new: [JWS<Order>]) throws(LedgerError) {
        for order in new {
            let serial = order.payload.serial
            if serial >= 1, serial <= orders.count {
                if orders[serial - 1] != order {
                    guard let confirmedOrders, confirmedOrders < serial else {
                        throw .orderContradiction(serial: serial)
                    }
                    orders.removeLast(orders.count - serial + 1)
                    orders.append(order)
                }
            } else if serial == orders.count + 1 {
                orders.append(order)
            }
            if let known = confirmedOrders, serial - 1 == known { confirmedOrders = serial }
        }
        if confirmedOrders == orders.count { confirmedOrders = nil }
    }

    /// An old reply may deliver a lease again that was used or given back since: the journal and
    /// the returns say so, and stay.
    mutating func absorb(_ lease: JWS<Lease>) {
        let payload = lease.payload
        guard payload.account == account, payload.device == device else { return }
        leases[payload.lease] = lease
    }

    mutating func absorb(_ receipt: JWS<Receipt>) {
        let spend =
            spends.first { $0.digest == receipt.payload.spend }
            ?? spends.first { $0.payload.body == receipt.payload.body }
        guard let digest = spend?.digest, receipt.payload.device == device else { return }
        receiptsBySpend[digest] = receipt
        refusalsBySpend[digest] = nil
        held[digest] = nil
    }

    private mutating func absorb(
        held new: [LedgerReply.HeldSpend], refused: [LedgerReply.RefusedSpend]
    ) {
        let mine = Set(unsettled.map(\.digest))
        for hold in new where mine.contains(hold.spend) { held[hold.spend] = hold.reason }
        for refusal in refused where mine.contains(refusal.spend) {
            refusalsBySpend[refusal.spend] = refusal.reason
            held[refusal.spend] = nil
        }
    }

    /// Past its grace a lease is free at the server, spent or returned, and of no use here.
    private mutating func forgetOldLeases() {
        guard let serverTime else { return }
        let waiting = Set(unsettled.map(\.payload.lease))
        for (id, lease) in leases where lease.payload.graceEnds <= serverTime {
            // A restored server may have to be shown what the spend was made with.
            guard !waiting.contains(id) else { continue }
            leases[id] = nil
            datedAhead.remove(id)
            // The journal says for ever that it was given back, so that the server confirmed it is
            // kept for ever, too: else it would be told at every contact.
            guard !journaledReturns.contains(id) else { continue }
            returns[id] = nil
            ended.remove(id)
        }
    }
}
