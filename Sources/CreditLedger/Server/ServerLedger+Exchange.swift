public import SignedObjects

// The exchange: what a device's contact does to the ledger.
extension ServerLedger {
    /// Takes one contact of a device and answers it; safe to repeat.
    ///
    /// Spends are settled by the state of the credit, never by the time on them: the lease being
    /// current is what counts. While the account stands suspended or paused, or the device revoked,
    /// spends are held, leases are not issued, and returns and orders work as always.
    ///
    /// Since the server was restored, a device first hands in what the server may have lost; until
    /// every device has, nothing is lent or signed.
    ///
    /// - Parameters:
    ///   - contact: The verified request.
    ///   - models: What is registered of ``models(of:)``, by the models' digests.
    ///   - epoch: The server's present epoch.
    ///   - now: Server time.
    ///   - policy: How long leases last, and how many a device holds.
    ///   - signer: Signs leases and receipts.
    ///   - makeLeaseID: Gives a random id for each new lease.
    /// - Throws: ``JWSError/unsignable(type:)``; the ledger is then unchanged.
    public mutating func exchange(
        _ contact: LedgerContact, models: [Digest: ModelRights] = [:], epoch: Int, now: UnixTime,
        policy: LedgerPolicy, signer: LedgerSigner, makeLeaseID: () -> LeaseID
    ) throws(JWSError) -> LedgerAnswer {
        let rights = RightsTerms(models: models, isRequired: policy.requiresRegistration)
        var next = self
        next.clock = max(clock, now)
        if let handedIn = contact.handedIn, handedIn.epoch == epoch {
            try next.takeOver(handedIn, from: contact.device, signer)
            next.countPhases(since: self)
        }
        guard contact.hasMet(epoch) else {
            next.expire(now: now)
            next.forgetOldLeases()
            self = next
            var answer = LedgerAnswer(balance: balance, time: clock, epoch: epoch)
            answer.lacks = .init(
                receipts: totals.missingReceipts == 0 ? totals.receipts : 0,
                orders: baseSerial + 1)
            answer.handedIn = contact.handedIn?.end(in: epoch)
            return answer
        }
        // A device that says it holds nothing is believed once it has heard of the epoch.
        if contact.epoch != nil { next.stopWaiting(for: contact.device) }
        let mayGive = next.mayGive(at: next.clock)
        let met = next
        for spend in contact.spends { next.register(spend) }
        if mayGive { _ = try next.countersign(.currentLeases, rights, signer) }
        for giveBack in contact.returns { next.takeBack(giveBack.payload) }
        next.countPhases(since: met)
        next.expire(now: now)
        let settled = next
        if mayGive {
            let waiting = try next.countersign(.all, rights, signer)
            try next.lend(contact, policy, keeping: waiting, signer, makeLeaseID)
        }
        next.countPhases(since: settled)
        next.forgetOldLeases()
        self = next
        var answer = answer(to: contact, rights, epoch)
        answer.lendsFrom = lendsFrom(policy)
        return answer
    }

    private enum Countersigning { case currentLeases, all }

    private mutating func register(_ spend: JWS<Spend>) {
        guard let index = index(of: spend.payload) else { return }
        guard let claim = leases[index].claim else {
            noteFork(of: spend)
            leases[index].claim = SpendClaim(spend: spend, outcome: .held)
            return
        }
        guard claim.spend.payload.body != spend.payload.body,
            !claim.contradictions.contains(spend),
            claim.contradictions.count < LedgerLimits.contradictionsPerLease
        else { return }
        leases[index].claim?.contradictions.append(spend)
    }

    /// Keeps proof where another spend stands at the same position of the device's journal.
    private mutating func noteFork(of spend: JWS<Spend>) {
        guard totals.forks < LedgerLimits.forksPerAccount else { return }
        let other = leases.lazy.compactMap { $0.claim?.spend }.first { known in
            known.payload.device == spend.payload.device
                && known.payload.journal == spend.payload.journal
                && known.payload.number == spend.payload.number
        }
        guard let other else { return }
        forks.append(JournalFork(first: other, second: spend))
        totals.forks += 1
    }

    /// Countersigns what nothing stands in the way of.
    ///
    /// A spend that waits for its model's rights and whose lease is over keeps a credit waiting for
    /// it, as one that is late would be charged at once: so no more such spends wait than there are
    /// credits, and none of these is lent before.
    ///
    /// - Returns: How many free credits are kept for spends that wait.
    private mutating func countersign(
        _ which: Countersigning, _ rights: RightsTerms, _ signer: LedgerSigner
    ) throws(JWSError) -> Int {
        var kept = 0
        var keptAnew: Set<Int> = []
        for index in leases.indices {
            guard let claim = leases[index].claim, claim.outcome == .held else { continue }
            let lease = leases[index].lease.payload
            guard standing.obstacle(for: lease.device, at: clock) == nil else { continue }
            let mayCharge = rights.hold(of: claim.spend.payload, standing) == nil
            let works = rights.workCount(of: claim.spend.payload)
            if isCurrent(lease) {
                if mayCharge { try charge(lease.credit, for: index, works, signer) }
            } else if which == .all {
                let free = freeCredit(keeping: kept)
                let other = free ?? creditLentAnew(after: lease)
                if let other, mayCharge {
                    try charge(other, again: true, for: index, works, signer)
                } else if free != nil {
                    kept += 1
                } else if let other, keptAnew.insert(other).inserted {
                    continue
                } else {
                    leases[index].claim?.outcome = .uncredited
                }
            }
        }
        return kept
    }

    private mutating func charge(
        _ credit: Int, again: Bool = false, for index: Int, _ works: Int?, _ signer: LedgerSigner
    ) throws(JWSError) {
        guard let spend = leases[index].claim?.spend else { return }
        let number = totals.receipts
        let charged = set(.spent(receipt: number), ofCredit: credit, again: again)
        let receipt = try signer.receipt(
            Receipt(
                account: account, device: spend.payload.device, spend: spend.digest,
                body: spend.payload.body, model: spend.payload.parts.model, works: works,
                credit: credit, epoch: charged.epoch,
                time: clock, logIndex: number, logHead: receiptHead))
        leases[index].claim?.outcome = .receipt(number)
        knownReceipts[number] = receipt
        totals.receipts += 1
        totals.knownReceipts += 1
        totals.receiptHead = Self.head(after: receipt)
    }

    static func head(after receipt: JWS<Receipt>) -> Digest {
        Digest(of: receipt.payload.logHead.bytes + receipt.digest.bytes)
    }

    /// The lowest credit that may be lent or charged, where so many are kept for others.
    private func freeCredit(keeping kept: Int) -> Int? {
        guard totals.free - kept > totals.missingReceipts else { return nil }
        return knownCredits.filter { $0.value.state == .free }.keys.min()
    }

    /// The lease's own credit, where it was lent to the same device once more and not used since.
    ///
    /// The device may have drawn without having seen the later lease: while the server's clock was
    /// ahead it ended leases before their time, and a reply may be lost or refused.
    private func creditLentAnew(after lease: Lease) -> Int? {
        let isLentAnew = unspentLeases(of: lease.device).contains {
            $0.payload.credit == lease.credit && $0.payload.epoch > lease.epoch
        }
        return isLentAnew ? lease.credit : nil
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
        _ contact: LedgerContact, _ policy: LedgerPolicy, keeping kept: Int,
        _ signer: LedgerSigner, _ makeLeaseID: () -> LeaseID
    ) throws(JWSError) {
        guard standing.obstacle(for: contact.device, at: clock) == nil else { return }
        guard lendsFrom(policy) == nil else { return }
        let wanted = min(contact.wantedLeases, policy.leasesPerDevice)
        var usable = unspentLeases(of: contact.device).count { $0.payload.expires > clock }
        while usable < wanted, let credit = freeCredit(keeping: kept) {
            let id = makeLeaseID()
            let lent = set(.leased(id), ofCredit: credit, again: true)
            let expires = clock + policy.lease
            let lease = try signer.lease(
                Lease(
                    account: account, device: contact.device, lease: id, credit: credit,
                    epoch: lent.epoch, issued: clock, expires: expires,
                    graceEnds: expires + policy.grace, orderSerial: standing.serial))
            leases.append(LeaseRecord(lease: lease))
            usable += 1
        }
    }

    /// When the account may borrow again, where too many of its latest leases ended unused.
    ///
    /// A spend that came too late for a receipt is no use either: it is kept for ever.
    private func lendsFrom(_ policy: LedgerPolicy) -> UnixTime? {
        let ended = leases.filter { record in
            switch record.claim?.outcome {
            case .held, .receipt: return false
            case .uncredited, nil: break
            }
            return !isCurrent(record.lease.payload)
                && clock < record.issued + Self.day
        }.map(\.issued).sorted()
        let excess = ended.count - policy.unusedLeasesPerDay
        return ended.indices.contains(excess) ? ended[excess] + Self.day : nil
    }

    /// A device that borrows and returns all day must not grow the ledger without bound.
    private mutating func forgetOldLeases() {
        let excess = totals.idle - LedgerLimits.rememberedLeases
        guard excess > 0 else { return }
        let indices = leases.indices.filter { phase(of: leases[$0]) == .idle }.prefix(excess)
        for index in indices.reversed() { leases.remove(at: index) }
        totals.idle -= indices.count
    }

    private func answer(
        to contact: LedgerContact, _ rights: RightsTerms, _ epoch: Int
    ) -> LedgerAnswer {
        var answer = LedgerAnswer(balance: balance, time: clock, epoch: epoch)
        answer.handedIn = contact.handedIn?.end(in: epoch)
        if let wait, !mayGive(at: clock) {
            answer.waiting = .init(devices: wait.devices.sorted(), until: wait.until)
        }
        for spend in contact.spends { report(spend, rights, in: &answer) }
        answer.leases = unspentLeases(of: contact.device)
        let current = Set(answer.leases.map(\.payload.lease))
        answer.ended = contact.returns.map(\.payload.lease).filter { !current.contains($0) }
        let told = LedgerNeeds(contact).sentOrders
        answer.orders = knownOrders.filter { told.contains($0.key) }
            .sorted { $0.key < $1.key }.map(\.value)
        return answer
    }

    private func report(
        _ spend: JWS<Spend>, _ rights: RightsTerms, in answer: inout LedgerAnswer
    ) {
        guard let index = index(of: spend.payload), let claim = leases[index].claim else {
            answer.refused.append(.init(spend: spend.digest, reason: .unknownLease))
            return
        }
        guard claim.spend.payload.body == spend.payload.body else {
            answer.refused.append(.init(spend: spend.digest, reason: .doubleSpend))
            return
        }
        switch claim.outcome {
        case .held:
            answer.held.append(
                .init(spend: spend.digest, reason: holdReason(claim.spend.payload, rights)))
        case .receipt(let number): knownReceipts[number].map { answer.receipts.append($0) }
        case .uncredited: answer.refused.append(.init(spend: spend.digest, reason: .uncredited))
        }
    }

    /// What a held spend waits for.
    private func holdReason(
        _ spend: Spend, _ rights: RightsTerms
    ) -> LedgerReply.HoldReason {
        switch standing.obstacle(for: spend.device, at: clock) {
        case .revoked: .revoked
        case .suspended: .suspended
        case .paused: .paused
        case nil: rights.hold(of: spend, standing) ?? .restored
        }
    }

    private func index(of spend: Spend) -> Int? {
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
