public import SignedObjects

/// The server's ledger of one account: a pure state machine.
///
/// A credit goes `free → leased → spent`, and back from `leased` to `free` only by a return or when
/// the lease's grace has ended. Whoever calls keeps one copy an account and writes it back in the
/// transaction that read it; a throw changes nothing.
public struct ServerLedger: Sendable, Hashable {
    /// The account.
    public let account: AccountID
    /// The account's credits by index.
    package internal(set) var credits: [Credit]
    /// Leases that are remembered, in the order they were issued.
    package internal(set) var leases: [LeaseRecord]
    /// Every receipt, by its place in the log.
    package internal(set) var receipts: [JWS<Receipt>]
    /// Every order, by serial from 1.
    package internal(set) var orders: [JWS<Order>]
    /// Spends of different leases that stand at one place of a journal, in the order they came.
    package internal(set) var forks: [JournalFork]
    /// The highest server time of any change: time never runs backwards in here.
    package internal(set) var clock: UnixTime

    /// The ledger of a new account.
    public init(account: AccountID, policy: LedgerPolicy, now: UnixTime) {
        self.account = account
        let count = min(max(0, policy.freeCredits), LedgerLimits.creditsPerAccount)
        credits = [Credit](repeating: Credit(), count: count)
        (leases, receipts, orders, forks, clock) = ([], [], [], [], now)
    }

    /// A ledger as it was stored.
    ///
    /// - Throws: ``LedgerError/damagedLedger(reason:)`` where the parts do not fit together.
    package init(
        account: AccountID, credits: [Credit], leases: [LeaseRecord], receipts: [JWS<Receipt>],
        orders: [JWS<Order>], forks: [JournalFork], clock: UnixTime
    ) throws(LedgerError) {
        self.account = account
        self.credits = credits
        self.leases = leases
        self.receipts = receipts
        self.orders = orders
        self.forks = forks
        self.clock = clock
        try check()
    }

    /// The account's credits in numbers.
    public var balance: LedgerReply.Balance {
        var (free, leased, spent) = (0, 0, 0)
        for credit in credits {
            switch credit.state {
            case .free: free += 1
            case .leased: leased += 1
            case .spent: spent += 1
            }
        }
        return .init(granted: credits.count, free: free, leased: leased, spent: spent)
    }

    /// What the orders add up to.
    public var standing: Standing { Standing(after: orders.lazy.map(\.payload)) }

    /// The leases that devices hold now: the bound of what a suspension cannot stop at once.
    public var currentLeases: [Lease] {
        leases.filter { isCurrent($0.lease.payload) && $0.claim == nil }.map(\.lease.payload)
    }

    /// How many spends wait for a suspension or pause to be lifted.
    public var heldCount: Int { leases.count { $0.claim?.outcome == .held } }

    /// How many spends stand as proof that a lease was used on more than one body.
    public var contradictionCount: Int {
        leases.reduce(0) { $0 + ($1.claim?.contradictions.count ?? 0) }
    }

    /// How many pairs of spends stand at one place of a journal, on different leases.
    public var forkCount: Int { forks.count }

    /// Chained digest over the receipts so far; zero for none.
    public var receiptHead: Digest {
        guard let last = receipts.last else { return .zero }
        return Digest(of: last.payload.logHead.bytes + last.digest.bytes)
    }

    /// Frees every credit whose lease and grace have ended without a spend.
    public mutating func expire(now: UnixTime) {
        clock = max(clock, now)
        let standing = standing
        for place in leases.indices where leases[place].lease.payload.graceEnds <= clock {
            let lease = leases[place].lease.payload
            switch leases[place].claim?.outcome {
            case nil: free(lease)
            case .held? where standing.isRevoked(lease.device):
                // Nothing lifts a revocation: the spend waits for nothing.
                free(lease)
                leases[place].claim?.outcome = .uncredited
            case .held?, .receipt?, .uncredited?: break
            }
        }
    }

    func isCurrent(_ lease: Lease) -> Bool {
        credits[lease.credit].state == .leased(lease.lease)
    }

    mutating func free(_ lease: Lease) {
        guard isCurrent(lease) else { return }
        credits[lease.credit].state = .free
    }

    private func check() throws(LedgerError) {
        let known = Set(leases.map(\.lease.payload.lease))
        for credit in credits {
            switch credit.state {
            case .free: break
            case .leased(let lease):
                guard known.contains(lease) else {
                    throw .damagedLedger(reason: "a credit is lent by a lease that is missing")
                }
            case .spent(let index):
                guard receipts.indices.contains(index) else {
                    throw .damagedLedger(reason: "a credit is spent by a receipt that is missing")
                }
            }
        }
        for record in leases {
            guard credits.indices.contains(record.lease.payload.credit) else {
                throw .damagedLedger(reason: "a lease names a credit that is missing")
            }
            if case .receipt(let index)? = record.claim?.outcome {
                guard receipts.indices.contains(index) else {
                    throw .damagedLedger(reason: "a spend names a receipt that is missing")
                }
            }
        }
        guard orders.enumerated().allSatisfy({ $0.element.payload.serial == $0.offset + 1 }) else {
            throw .damagedLedger(reason: "the order serials do not rise by one")
        }
    }
}
