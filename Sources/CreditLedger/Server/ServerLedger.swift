public import SignedObjects

/// The server's ledger of one account, or the part of one that a change touches: a pure state
/// machine.
///
/// A credit goes `free → leased → spent`, and back from `leased` to `free` only by a return or when
/// the lease's grace has ended. Whoever calls writes it back in the transaction that read it; a
/// throw changes nothing. What a contact does depends on few of a ledger's rows: see
/// ``LedgerNeeds``.
public struct ServerLedger: Sendable, Hashable {
    /// The account.
    public let account: AccountID
    /// What is known of the account's credits, by index.
    package internal(set) var knownCredits: [Int: Credit]
    /// Leases that are known, in the order they were issued.
    package internal(set) var leases: [LeaseRecord]
    /// Receipts that are known, by their index in the log.
    package internal(set) var knownReceipts: [Int: JWS<Receipt>]
    /// Orders that are known, by serial from 1.
    package internal(set) var knownOrders: [Int: JWS<Order>]
    /// Known spends of different leases that stand at one position of a journal, in the order
    /// received.
    package internal(set) var forks: [JournalFork]
    /// What the whole ledger adds up to.
    package internal(set) var totals: LedgerTotals
    /// What all orders add up to.
    public internal(set) var standing: Standing
    /// The highest server time of any change: time never runs backwards in here.
    package internal(set) var clock: UnixTime

    /// Whom the ledger waits for since the server was restored; nil where it waits for nobody.
    package internal(set) var wait: LedgerWait?
    /// Up to this serial every device has the same orders, whichever epoch it met last.
    package internal(set) var baseSerial = 0

    static let day = Duration.seconds(86_400)

    /// The ledger of a new account.
    public init(account: AccountID, policy: LedgerPolicy, now: UnixTime) {
        self.account = account
        let count = min(max(0, policy.freeCredits), LedgerLimits.creditsPerAccount)
        knownCredits = Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, Credit()) })
        (leases, knownReceipts, knownOrders, forks) = ([], [:], [:], [])
        (totals, standing, clock) = (LedgerTotals(), Standing(), now)
        totals.free = count
    }

    /// A ledger as it was stored, or a part of it.
    ///
    /// - Throws: ``LedgerError/damagedLedger(reason:)`` where the parts do not fit together.
    package init(
        account: AccountID, credits: [Int: Credit], leases: [LeaseRecord],
        receipts: [Int: JWS<Receipt>], orders: [Int: JWS<Order>], forks: [JournalFork],
        totals: LedgerTotals, standing: Standing, clock: UnixTime, wait: LedgerWait? = nil,
        baseSerial: Int = 0
    ) throws(LedgerError) {
        self.account = account
        knownCredits = credits
        self.leases = leases
        knownReceipts = receipts
        knownOrders = orders
        self.forks = forks
        self.totals = totals
        self.standing = standing
        self.clock = clock
        self.wait = wait
        self.baseSerial = baseSerial
        try check()
    }

    /// The known credits in order.
    package var credits: [Credit] { knownCredits.sorted { $0.key < $1.key }.map(\.value) }

    /// The known receipts in order.
    package var receipts: [JWS<Receipt>] {
        knownReceipts.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The known orders in order.
    package var orders: [JWS<Order>] { knownOrders.sorted { $0.key < $1.key }.map(\.value) }

    /// The account's credits in numbers.
    public var balance: LedgerReply.Balance {
        // What a lost receipt was charged to is spent, whichever credit it was.
        let free = max(0, totals.free - totals.missingReceipts)
        return .init(
            granted: totals.granted, free: free, leased: totals.leased,
            spent: totals.granted - totals.leased - free)
    }

    /// How many receipts were signed.
    public var receiptCount: Int { totals.receipts }

    /// The leases that devices hold now: the bound of what a suspension cannot stop at once.
    public var currentLeases: [Lease] {
        leases.filter { isCurrent($0.lease.payload) && $0.claim == nil }.map(\.lease.payload)
    }

    /// How many spends wait for a suspension or pause to be lifted.
    public var heldCount: Int { leases.count { $0.claim?.outcome == .held } }

    /// How many of the known spends stand as proof that a lease was used on more than one body.
    public var contradictionCount: Int {
        leases.reduce(0) { $0 + ($1.claim?.contradictions.count ?? 0) }
    }

    /// How many pairs of spends stand at one position of a journal, on different leases.
    public var forkCount: Int { totals.forks }

    /// Chained digest over the receipts so far; zero for none.
    public var receiptHead: Digest { totals.receiptHead }

    /// Frees every credit whose lease and grace have ended without a spend.
    public mutating func expire(now: UnixTime) {
        let old = self
        clock = max(clock, now)
        for index in leases.indices where leases[index].graceEnds <= clock {
            let lease = leases[index].lease.payload
            switch leases[index].claim?.outcome {
            case nil: free(lease)
            case .held? where standing.isRevoked(lease.device):
                // Nothing lifts a revocation: the spend waits for nothing.
                free(lease)
                leases[index].claim?.outcome = .uncredited
            case .held?, .receipt?, .uncredited?: break
            }
        }
        countPhases(since: old)
    }

    /// Brings the ledger's time back to `now`, after the server's clock was ahead.
    ///
    /// No credit is freed by it, so that none is lent twice. Leases that are dated ahead count as
    /// issued now: a device that holds one can use it no longer than any lease issued now, by its
    /// own clock. So does the wait for devices after a restore.
    ///
    /// The server does the same to all ledgers at once, by statements.
    package mutating func setTimeBack(to now: UnixTime, policy: LedgerPolicy) {
        guard clock > now else { return }
        clock = now
        for index in leases.indices
        where leases[index].issued - now > LedgerLimits.clockTolerance {
            leases[index].redated = now
        }
        if let wait {
            let latest = now + policy.lease + policy.grace
            self.wait = LedgerWait(devices: wait.devices, until: min(wait.until, latest))
        }
    }

    /// How far a known lease has come.
    package func phase(of record: LeaseRecord) -> LeasePhase {
        switch record.claim?.outcome {
        case nil: isCurrent(record.lease.payload) ? .open : .idle
        case .held?: .open
        case .receipt?: .settled
        case .uncredited?: .uncredited
        }
    }

    /// Updates the totals by how the phases of the known leases differ from `old`.
    mutating func countPhases(since old: ServerLedger) {
        for (ledger, amount) in [(old, -1), (self, 1)] {
            for record in ledger.leases {
                switch ledger.phase(of: record) {
                case .idle: totals.idle += amount
                case .uncredited: totals.uncredited += amount
                case .open, .settled: break
                }
            }
        }
    }

    func isCurrent(_ lease: Lease) -> Bool {
        knownCredits[lease.credit]?.state == .leased(lease.lease)
    }

    mutating func free(_ lease: Lease) {
        guard isCurrent(lease) else { return }
        set(.free, ofCredit: lease.credit)
    }

    /// Moves a credit, or adds one that is not known yet.
    ///
    /// - Parameter again: Whether it is lent or charged once more, which raises its epoch.
    /// - Returns: The credit afterwards.
    @discardableResult
    mutating func set(
        _ state: Credit.State, ofCredit index: Int, again: Bool = false
    ) -> Credit {
        var credit = Credit()
        if let old = knownCredits[index] {
            totals.count(old.state, by: -1)
            credit.epoch = old.epoch
        }
        totals.count(state, by: 1)
        if again { credit.epoch += 1 }
        credit.state = state
        knownCredits[index] = credit
        return credit
    }

    private func check() throws(LedgerError) {
        let known = Set(leases.map(\.lease.payload.lease))
        for credit in knownCredits.values {
            guard case .leased(let lease) = credit.state, !known.contains(lease) else { continue }
            throw .damagedLedger(reason: "a credit is lent by a lease that is missing")
        }
        for record in leases {
            guard knownCredits[record.lease.payload.credit] != nil else {
                throw .damagedLedger(reason: "a lease names a credit that is missing")
            }
            if case .receipt(let index)? = record.claim?.outcome {
                guard knownReceipts[index] != nil else {
                    throw .damagedLedger(reason: "a spend names a receipt that is missing")
                }
            }
        }
        guard knownOrders.allSatisfy({ $0.key == $0.value.payload.serial }) else {
            throw .damagedLedger(reason: "an order stands at another's serial")
        }
    }
}
