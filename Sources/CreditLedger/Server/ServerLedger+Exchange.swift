public import SignedObjects

// The exchange: what a device's contact does to the ledger.
extension ServerLedger {
    /// Takes one contact of a device and answers it; safe to repeat.
    ///
    /// Spends are settled by the state of the credit, never by the time on them: the lease being
    /// current is what counts. While the account stands suspended or paused, or the device revoked,
    /// spends are held, leases are not issued, and returns and orders work as always.
    ///
    /// - Parameters:
    ///   - contact: The verified request.
    ///   - now: Server time.
    ///   - policy: How long leases last, and how many a device holds.
    ///   - signer: Signs leases and receipts.
    ///   - makeLeaseID: Gives a random id for each new lease.
    /// - Throws: ``JWSError/unsignable(type:)``; the ledger is then unchanged.
    public mutating func exchange(
        _ contact: LedgerContact, now: UnixTime, policy: LedgerPolicy, signer: LedgerSigner,
        makeLeaseID: () -> LeaseID
    ) throws(JWSError) -> LedgerAnswer {
        var next = self
        next.clock = max(clock, now)
        for spend in contact.spends { next.register(spend) }
        try next.countersign(.currentLeases, signer)
        for giveBack in contact.returns { next.takeBack(giveBack.payload) }
        next.expire(now: now)
        try next.countersign(.all, signer)
        try next.lend(contact, policy, signer, makeLeaseID)
        self = next
        var answer = answer(to: contact)
        answer.lendsFrom = lendsFrom(policy)
        return answer
    }

    private enum Countersigning { case currentLeases, all }

    private mutating func register(_ spend: JWS<Spend>) {
        guard let place = place(of: spend.payload) else { return }
        guard let claim = leases[place].claim else {
            noteFork(of: spend)
            leases[place].claim = SpendClaim(spend: spend, outcome: .held)
            return
        }
        guard claim.spend.payload.body != spend.payload.body,
            !claim.contradictions.contains(spend),
            claim.contradictions.count < LedgerLimits.contradictionsPerLease
        else { return }
        leases[place].claim?.contradictions.append(spend)
    }

    /// Keeps proof where another spend stands at the same place of the device's journal.
    private mutating func noteFork(of spend: JWS<Spend>) {
        guard forks.count < LedgerLimits.forksPerAccount else { return }
        let other = leases.lazy.compactMap { $0.claim?.spend }.first { known in
            known.payload.device == spend.payload.device
                && known.payload.journal == spend.payload.journal
                && known.payload.number == spend.payload.number
        }
        if let other { forks.append(JournalFork(first: other, second: spend)) }
    }

    private mutating func countersign(
        _ which: Countersigning, _ signer: LedgerSigner
    ) throws(JWSError) {
        let standing = standing
        for place in leases.indices {
            guard let claim = leases[place].claim, claim.outcome == .held else { continue }
            let lease = leases[place].lease.payload
            guard standing.obstacle(for: lease.device, at: clock) == nil else { continue }
            if isCurrent(lease) {
                try charge(lease.credit, for: place, signer)
            } else if which == .all {
                guard let other = credits.firstIndex(where: { $0.state == .free }) else {
                    leases[place].claim?.outcome = .uncredited
                    continue
                }
                credits[other].epoch += 1
                try charge(other, for: place, signer)
            }
        }
    }

    private mutating func charge(
        _ credit: Int, for place: Int, _ signer: LedgerSigner
    ) throws(JWSError) {
        guard let spend = leases[place].claim?.spend else { return }
        let receipt = try signer.receipt(
            Receipt(
                account: account, device: spend.payload.device, spend: spend.digest,
                body: spend.payload.body, credit: credit, epoch: credits[credit].epoch,
                time: clock, logIndex: receipts.count, logHead: receiptHead))
        credits[credit].state = .spent(receipt: receipts.count)
        leases[place].claim?.outcome = .receipt(receipts.count)
        receipts.append(receipt)
    }

    private mutating func takeBack(_ giveBack: Return) {
        for record in leases where record.claim == nil {
            let lease = record.lease.payload
            if lease.lease == giveBack.lease, lease.device == giveBack.device,
                lease.epoch == giveBack.epoch, lease.credit == giveBack.credit
            {
                free(lease)
            }
        }
    }

    private mutating func lend(
        _ contact: LedgerContact, _ policy: LedgerPolicy, _ signer: LedgerSigner,
        _ makeLeaseID: () -> LeaseID
    ) throws(JWSError) {
        guard standing.obstacle(for: contact.device, at: clock) == nil else { return }
        guard lendsFrom(policy) == nil else { return }
        let wanted = min(contact.wantedLeases, policy.leasesPerDevice)
        var usable = unspentLeases(of: contact.device).count { $0.payload.expires > clock }
        while usable < wanted, let index = credits.firstIndex(where: { $0.state == .free }) {
            let epoch = credits[index].epoch + 1
            let expires = clock + policy.lease
            let lease = try signer.lease(
                Lease(
                    account: account, device: contact.device, lease: makeLeaseID(), credit: index,
                    epoch: epoch, issued: clock, expires: expires,
                    graceEnds: expires + policy.grace, orderSerial: orders.count))
            credits[index] = Credit(epoch: epoch, state: .leased(lease.payload.lease))
            leases.append(LeaseRecord(lease: lease))
            usable += 1
        }
        forgetOldLeases()
    }

    /// When the account may borrow again, where too many of its latest leases ended unused.
    ///
    /// A spend that came too late for a receipt is no use either: it is kept for ever.
    private func lendsFrom(_ policy: LedgerPolicy) -> UnixTime? {
        let day = Duration.seconds(86_400)
        let ended = leases.filter { record in
            switch record.claim?.outcome {
            case .held, .receipt: return false
            case .uncredited, nil: break
            }
            return !isCurrent(record.lease.payload) && clock < record.lease.payload.issued + day
        }.map(\.lease.payload.issued).sorted()
        let excess = ended.count - policy.unusedLeasesPerDay
        return ended.indices.contains(excess) ? ended[excess] + day : nil
    }

    /// A device that borrows and returns all day must not grow the ledger without bound.
    private mutating func forgetOldLeases() {
        let ended = leases.indices.filter {
            leases[$0].claim == nil && !isCurrent(leases[$0].lease.payload)
        }
        for place in ended.dropLast(LedgerLimits.rememberedLeases).reversed() {
            leases.remove(at: place)
        }
    }

    private func answer(to contact: LedgerContact) -> LedgerAnswer {
        var answer = LedgerAnswer(balance: balance, time: clock)
        for spend in contact.spends { report(spend, in: &answer) }
        answer.leases = unspentLeases(of: contact.device)
        let current = Set(answer.leases.map(\.payload.lease))
        answer.ended = contact.returns.map(\.payload.lease).filter { !current.contains($0) }
        answer.orders = Array(
            orders.dropFirst(contact.orderSerial).prefix(LedgerLimits.ordersPerReply))
        return answer
    }

    private func report(_ spend: JWS<Spend>, in answer: inout LedgerAnswer) {
        guard let place = place(of: spend.payload), let claim = leases[place].claim else {
            answer.refused.append(.init(spend: spend.digest, reason: .unknownLease))
            return
        }
        guard claim.spend.payload.body == spend.payload.body else {
            answer.refused.append(.init(spend: spend.digest, reason: .doubleSpend))
            return
        }
        switch claim.outcome {
        case .held: answer.held.append(spend.digest)
        case .receipt(let index): answer.receipts.append(receipts[index])
        case .uncredited: answer.refused.append(.init(spend: spend.digest, reason: .uncredited))
        }
    }

    private func place(of spend: Spend) -> Int? {
        leases.firstIndex { record in
            let lease = record.lease.payload
            return lease.lease == spend.lease && lease.device == spend.device
                && lease.credit == spend.credit && lease.epoch == spend.epoch
        }
    }

    private func unspentLeases(of device: DeviceID) -> [JWS<Lease>] {
        leases.filter { record in
            record.claim == nil && record.lease.payload.device == device
                && isCurrent(record.lease.payload)
        }.map(\.lease)
    }
}
