import CreditLedger
public import SignedObjects

/// What setting the time back has changed, for whoever asked for it.
public struct ClockRepair: Equatable, Sendable {
    /// The time that is taken for right from now on.
    public let now: UnixTime
    /// The last time that was taken for right before; nil where there was none.
    public let last: UnixTime?
    /// Ledgers whose time lay ahead.
    public let ledgers: Int
    /// Leases that were dated ahead and count as issued now.
    public let leases: Int
}

/// Whether this machine's clock is right, and what to do where it was not.
public struct TimeService: ServerService {
    let environment: ServiceEnvironment

    /// Refuses to start with a clock that cannot be right.
    ///
    /// - Throws: ``ServerError/wrongClock(_:now:)``, which says what to do.
    package func check() throws {
        let (now, boot) = (clock(), bootTime())
        let verdict = try database.write { db in
            let time = TrustedTime(db: db)
            let verdict = try time.verdict(on: now, boot: boot)
            if verdict == .fits { try time.note(now, boot: boot) }
            return verdict
        }
        try Self.require(verdict, now)
        stepGuard?.accept(now)
    }

    /// Refuses an act with a clock that cannot be right, by whichever program on whichever machine:
    /// what is decided has dates that others rely on.
    ///
    /// - Throws: ``ServerError/wrongClock(_:now:)``.
    static func require(_ now: UnixTime, boot: BootTime?, in db: Database) throws {
        try require(TrustedTime(db: db).verdict(on: now, boot: boot), now)
    }

    private static func require(_ verdict: TrustedTime.Verdict, _ now: UnixTime) throws {
        switch verdict {
        case .fits: break
        case .moved(let expected): throw ServerError.wrongClock(.moved(expected), now: now)
        case .behind(let last): throw ServerError.wrongClock(.behind(last), now: now)
        case .afterLongPause(let last):
            throw ServerError.wrongClock(.afterLongPause(last), now: now)
        }
    }

    /// Looks at the clock once and notes the time where it can be right.
    ///
    /// - Returns: How far the clock is ahead of the time that has passed, where that is more than
    ///   ``Limits/clockStep`` and the operator has not said that it is right; else nil.
    package func note() async throws -> Duration? {
        let (now, boot) = (clock(), bootTime())
        let lead = stepGuard?.lead(of: now) ?? .zero
        let isAhead = lead > Limits.clockStep
        let isAccepted = try await database.write { db in
            let time = TrustedTime(db: db)
            guard !isAhead else {
                // While the clock is ahead no server writes here: then `service clock` did.
                return try boot != nil && time.verdict(on: now, boot: boot) == .fits
            }
            try time.note(now, boot: boot)
            try time.sweep(now)
            return true
        }
        guard isAhead else { return nil }
        guard isAccepted else { return lead }
        stepGuard?.accept(now)
        return nil
    }

    /// Takes this machine's clock for right, and brings ledgers back whose time lies ahead of it.
    ///
    /// No credit is freed by it, so that none is lent twice: what was lent meanwhile stays lent
    /// until it is used, given back or its lease ends. A lease that is dated ahead counts as issued
    /// now, and ends as long after that as it would have; a device uses it no longer by its own
    /// clock, and exchanges it at its first contact.
    ///
    /// - Parameter reason: A stable code, such as `clock-was-wrong`.
    /// - Throws: ``ServerError/invalidValue(name:reason:)``.
    public func trust(reason: String, actor: String) throws -> ClockRepair {
        try ModerationService.checkReason(reason)
        let (now, boot) = (clock(), bootTime())
        let repair = try database.write { db in
            let time = TrustedTime(db: db)
            let last = try time.latest
            try time.reset(to: now, boot: boot)
            // Nobody may write a ledger back that was read before.
            if db.kind == .postgres { _ = try db.rows("SELECT 1 FROM account_head FOR UPDATE") }
            let leases = try LedgerStore.redate(at: now, in: db)
            let ledgers = try LedgerStore.setTimeBack(to: now, policy: policy.ledger, in: db)
            try db.execute(
                "UPDATE device SET last_seen = ?1 WHERE last_seen > ?1", [now.milliseconds])
            try Audit.append(
                "service clock", actor: actor, account: nil, reason: reason,
                detail: "\(ledgers) ledgers and \(leases) leases to \(now.rfc3339)", now: now,
                in: db)
            return ClockRepair(now: now, last: last, ledgers: ledgers, leases: leases)
        }
        stepGuard?.accept(now)
        return repair
    }
}

extension LedgerStore {
    /// Leases that are dated ahead count as issued at `now`.
    ///
    /// - Returns: How many there were.
    static func redate(at now: UnixTime, in db: Database) throws -> Int {
        let latest = now + LedgerLimits.clockTolerance
        return try db.execute(
            "UPDATE ledger_lease SET issued = ?1 WHERE issued > ?2",
            [now.milliseconds, latest.milliseconds])
    }

    /// Brings ledgers back whose time lies ahead, as ``ServerLedger/setTimeBack(to:policy:)`` does
    /// one.
    ///
    /// - Returns: How many there were.
    static func setTimeBack(
        to now: UnixTime, policy: LedgerPolicy, in db: Database
    ) throws -> Int {
        let latest = now + policy.lease + policy.grace
        return try db.execute(
            """
            UPDATE ledger SET time = ?1,
                waits_until = CASE WHEN waits_until > ?2 THEN ?2 ELSE waits_until END
            WHERE time > ?1
            """,
            [now.milliseconds, latest.milliseconds])
    }
}
