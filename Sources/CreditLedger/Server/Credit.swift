package import SignedObjects

/// One credit of an account, as the server keeps it.
package struct Credit: Hashable, Sendable {
    /// Where the credit is.
    package enum State: Hashable, Sendable {
        /// No device holds it.
        case free
        /// Lent by this lease.
        case leased(LeaseID)
        /// Spent for ever; the receipt's index in the log.
        case spent(receipt: Int)
    }

    /// How often it was lent or charged.
    package var epoch: Int
    /// Where it is.
    package var state: State

    /// A credit that was lent or charged `epoch` times.
    package init(epoch: Int = 0, state: State = .free) {
        self.epoch = epoch
        self.state = state
    }
}

/// One lease that was issued, and the first spend that came for it.
package struct LeaseRecord: Hashable, Sendable {
    /// The lease as issued.
    package let lease: JWS<Lease>
    /// The first spend that named it, if one came.
    package var claim: SpendClaim?
    /// When the server's time was set back while the lease was dated ahead of it; nil: it was not.
    ///
    /// The lease counts as issued then: its dates are signed and cannot be changed.
    package var redated: UnixTime?

    /// A lease as it was issued, and what came for it since.
    package init(lease: JWS<Lease>, claim: SpendClaim? = nil, redated: UnixTime? = nil) {
        self.lease = lease
        self.claim = claim
        self.redated = redated
    }

    /// Server time of the lease, as it counts now.
    package var issued: UnixTime { redated ?? lease.payload.issued }

    /// When its credit comes back without a spend, as it counts now: as long after ``issued`` as
    /// the lease says.
    package var graceEnds: UnixTime {
        let payload = lease.payload
        return redated.map { $0 + (payload.graceEnds - payload.issued) } ?? payload.graceEnds
    }
}

/// The first spend that came for a lease, what became of it, and what contradicts it.
package struct SpendClaim: Hashable, Sendable {
    /// What became of a spend.
    package enum Outcome: Hashable, Sendable {
        /// Kept until a suspension or pause is lifted.
        case held
        /// Countersigned; the receipt's index in the log.
        case receipt(Int)
        /// The lease was over and no other credit was free. Final.
        case uncredited
    }

    /// The spend.
    package let spend: JWS<Spend>
    /// What became of it.
    package var outcome: Outcome
    /// Later spends of the same lease on other bodies: each is, with ``spend``, proof of a double
    /// spend. Never removed or replaced.
    package var contradictions: [JWS<Spend>]

    /// The first spend for a lease; `contradictions` name the same lease and other bodies.
    package init(
        spend: JWS<Spend>, outcome: Outcome, contradictions: [JWS<Spend>] = []
    ) {
        self.spend = spend
        self.outcome = outcome
        self.contradictions = contradictions
    }
}

/// How far a lease has come, by its record and its credit; kept beside it, to find it by.
package enum LeasePhase: Int, Sendable {
    /// Its spend has a receipt.
    case settled = 0
    /// Its device may use it, or its spend waits for a receipt.
    case open = 1
    /// It ended without a spend.
    case idle = 2
    /// Its spend came too late for a receipt.
    case uncredited = 3
}

/// Two spends of different leases that one device signed for the same position of its journal.
///
/// It proves that the journal was copied or restored. No credit was used twice, so both spends
/// count. An artist who restored a folder from a backup causes the same, so it has no consequence
/// for the account.
package struct JournalFork: Hashable, Sendable {
    /// The spend that came first.
    package let first: JWS<Spend>
    /// The one that came later.
    package let second: JWS<Spend>

    /// Two spends of one device at one position of one journal.
    package init(first: JWS<Spend>, second: JWS<Spend>) {
        self.first = first
        self.second = second
    }
}
