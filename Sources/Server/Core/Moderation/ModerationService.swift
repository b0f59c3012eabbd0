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
    ///   - moderator: The moderator who does it; nil where the operator does.
    /// - Throws: ``ServerError`` where a value is out of bounds, or the moderator may not.
    @discardableResult
    public func suspend(
        _ account: AccountID, reason: String, until: UnixTime?, message: String, actor: String,
        as moderator: String? = nil
    ) throws -> SuspensionEffect {
        let now = clock()
        if let until, until <= now {
            throw ServerError.invalidValue(name: "until", reason: "must lie in the future")
        }
        try Self.checkReason(reason)
        let act = Act("suspend", reason: reason, message: message, actor: actor, as: moderator)
        return try decide(act, account, now) { ledger, db in
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
    public func reinstate(
        _ account: AccountID, message: String, actor: String, as moderator: String? = nil
    ) throws {
        let now = clock()
        let act = Act(
            "reinstate", reason: "reinstated", message: message, actor: actor, as: moderator)
        try decide(act, account, now) { ledger, _ in
            _ = try ledger.reinstate(
                reason: "reinstated", text: message, now: now, signer: self.signer)
        }
    }

    /// Gives an account `count` more credits.
    ///
    /// - Throws: ``LedgerError`` beyond what one account can be given.
    public func grant(
        _ account: AccountID, credits count: Int, reason: String, actor: String,
        as moderator: String? = nil
    ) throws {
        let now = clock()
        try Self.checkReason(reason)
        let act = Act("grant \(count)", reason: reason, message: "", actor: actor, as: moderator)
        try decide(act, account, now) { ledger, _ in
            _ = try ledger.grant(count, reason: reason, now: now, signer: self.signer)
        }
    }

    /// What the audit log says of something that is done to an account.
    private struct Act {
        let action: String
        let reason: String
        let message: String
        let actor: String
        /// Who has to be a moderator; nil for the operator.
        let moderator: String?

        init(
            _ action: String, reason: String, message: String, actor: String, as moderator: String?
        ) {
            (self.action, self.reason, self.message) = (action, reason, message)
            (self.actor, self.moderator) = (actor, moderator)
        }
    }

    private func decide<Result>(
        _ act: Act, _ account: AccountID, _ now: UnixTime,
        _ body: (inout ServerLedger, Database) throws -> Result
    ) throws -> Result {
        let result = try database.write { db in
            if let name = act.moderator { try ModeratorStore(db: db).require(.moderator, name) }
            let result = try ledgers.change(account, LedgerNeeds(), now: now, in: db) { ledger in
                try body(&ledger, db)
            }
            try Audit.append(
                act.action, actor: act.actor, account: account, reason: act.reason,
                detail: act.message, now: now, in: db)
            return result
        }
        environment.announce(account)
        return result
    }
}
