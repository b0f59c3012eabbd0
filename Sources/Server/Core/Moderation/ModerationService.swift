import CreditLedger
public import SignedObjects

/// What moderators decide: suspensions, credits, cases, and pauses of the whole service.
public struct ModerationService: ServerService {
    let environment: ServiceEnvironment
    let ledgers: LedgerService

    /// Suspends an account from its very next request on; nothing of it is deleted.
    ///
    /// - Parameters:
    ///   - reason: Stable reason code, such as `not-own-work`.
    ///   - until: When it ends by itself; nil: when it is lifted.
    ///   - message: Words to the person.
    ///   - actor: Who does it, for the audit log.
    /// - Throws: ``ServerError`` where a value is out of bounds.
    @discardableResult
    public func suspend(
        _ account: AccountID, reason: String, until: UnixTime?, message: String, actor: String
    ) throws -> SuspensionEffect {
        let now = clock()
        if let until, until <= now {
            throw ServerError.invalidValue(name: "until", reason: "must lie in the future")
        }
        try Self.checkReason(reason)
        return try decide("suspend", account, reason, message, actor, now) { ledger, db in
            let reservations = try ReservationStore(db: db).countInForce(of: account)
            let order = try ledger.suspend(
                reason: reason, text: message, until: until, appeal: self.policy.appeal, now: now,
                signer: self.signer)
            return SuspensionEffect(
                on: ledger, serial: order.payload.serial, reservations: reservations, now: now)
        }
    }

    /// Checks the reason code, which the person gets to see.
    static func checkReason(_ reason: String) throws {
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw ServerError.invalidValue(name: "reason", reason: "must not be empty")
        }
    }

    /// What suspending an account now would not stop at once; changes nothing.
    public func effectOfSuspending(_ account: AccountID) throws -> SuspensionEffect {
        let now = clock()
        return try database.read { db in
            let ledger = try ledgers.openLedger(of: account, now: now, in: db)
            return SuspensionEffect(
                on: ledger, serial: ledger.standing.serial + 1,
                reservations: try ReservationStore(db: db).countInForce(of: account), now: now)
        }
    }

    /// Lifts a suspension; held spends are countersigned at the account's next contact.
    public func reinstate(_ account: AccountID, message: String, actor: String) throws {
        let now = clock()
        try decide("reinstate", account, "reinstated", message, actor, now) { ledger, _ in
            _ = try ledger.reinstate(
                reason: "reinstated", text: message, now: now, signer: self.signer)
        }
    }

    /// Gives an account `count` more credits.
    ///
    /// - Throws: ``LedgerError`` beyond what one account can be given.
    public func grant(
        _ account: AccountID, credits count: Int, reason: String, actor: String
    ) throws {
        let now = clock()
        try Self.checkReason(reason)
        try decide("grant \(count)", account, reason, "", actor, now) { ledger, _ in
            _ = try ledger.grant(count, reason: reason, now: now, signer: self.signer)
        }
    }

    private func decide<Result>(
        _ action: String, _ account: AccountID, _ reason: String, _ message: String,
        _ actor: String, _ now: UnixTime, _ body: (inout ServerLedger, Database) throws -> Result
    ) throws -> Result {
        let result = try database.write { db in
            let result = try ledgers.change(account, LedgerNeeds(), now: now, in: db) { ledger in
                try body(&ledger, db)
            }
            try Audit.append(
                action, actor: actor, account: account, reason: reason, detail: message, now: now,
                in: db)
            return result
        }
        environment.announce(account)
        return result
    }
}
