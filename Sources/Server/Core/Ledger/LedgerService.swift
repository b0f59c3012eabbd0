import AtelierProtocol
package import CreditLedger
package import SignedObjects

/// The ledgers of accounts: what devices borrow, spend and give back, and what was ordered.
package struct LedgerService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator

    /// One contact of a device with its account's ledger; safe to repeat.
    func exchange(_ request: LedgerRequest, _ incoming: IncomingRequest) async throws -> LedgerReply
    {
        try stepGuard?.check(clock())
        guard let member = incoming.member?.caller else {
            throw ServerError.refused(.proofMissing, detail: "A device has to sign this.")
        }
        // Before the transaction: signatures take longer than all that has to be done in turn.
        let contact: LedgerContact
        do throws(LedgerError) {
            contact = try LedgerContact(
                verifying: request, account: member.account, deviceKey: member.deviceKey,
                serverKey: publicKey)
        } catch {
            try await requests.limiter.countAlone(
                requests.limiter.counts(of: member, .ledger, incoming), now: clock())
            throw ServerError.refused(.malformed, detail: error.description)
        }
        let (reply, receipts) = try await requests.authorized(
            incoming, as: .ledger,
            asking: { caller, _ in
                [
                    ServiceStore.statement, AuditChain.statement,
                    LetterStore.statement(caller.account),
                ]
            }
        ) { db, caller, now in
            guard let row = caller.ledger else {
                throw ServerError.noSuchAccount(caller.account.description)
            }
            let pause = try ServiceStore.pause(caller.answers.first, at: now)
            let needs = LedgerNeeds(contact)
            let letters = caller.answers.dropFirst(2).flatMap(\.rows)
            var (reply, receipts) = try self.change(
                caller.account, needs, now: now, in: db, known: row
            ) { ledger in
                try ServiceStore.apply(pause, to: &ledger, now: now, signer: self.signer)
                try LetterStore(db: db).deliver(
                    letters, to: &ledger, now: now, signer: self.signer)
                let known = ledger.receiptCount
                let models = try RegistrationStore(db: db).rights(
                    of: ledger.models(of: needs), needs, account: caller.account)
                let reply = try ledger.exchange(
                    contact, models: models, epoch: row.epoch, now: now, policy: self.policy.ledger,
                    signer: self.signer,
                    makeLeaseID: self.randomLeaseID
                ).reply
                return (reply, ledger.receiptCount - known)
            }
            reply.audit = try caller.answers.dropFirst().first?.rows.first?["document"]
            return (reply, receipts)
        }
        metrics.receipt(receipts)
        return reply
    }

    /// Loads what `needs` asks for of an account's ledger, lets `body` change it, and writes back
    /// what it changed.
    ///
    /// - Parameter known: The ledger's row, where this transaction has locked the account and read
    ///   it already.
    func change<Result>(
        _ account: AccountID, _ needs: LedgerNeeds, now: UnixTime, in db: Database,
        known: LedgerRow? = nil, _ body: (inout ServerLedger) throws -> Result
    ) throws -> Result {
        let store = LedgerStore(account: account, db: db)
        if known == nil { try db.lock(account) }
        guard let row = try known ?? store.row(for: needs.device) else {
            throw ServerError.noSuchAccount(account.description)
        }
        let old = try store.view(needs, of: row, policy: policy.ledger, now: now)
        var new = old
        let result = try body(&new)
        try store.save(new, over: old)
        // Whose account is suspended stops nobody by their reservations, whoever ordered it.
        let isSuspended = new.standing.suspension(at: now) != nil
        if isSuspended != (old.standing.suspension(at: now) != nil) {
            try ReservationStore(db: db).hold(isSuspended, of: account)
        }
        return result
    }

    /// The ledger of an account: the part that `needs` asks for, or the whole.
    package func ledger(
        of account: AccountID, for needs: LedgerNeeds? = nil
    ) throws -> ServerLedger {
        let now = clock()
        return try database.read { db in
            let store = LedgerStore(account: account, db: db)
            guard let row = try store.row(for: needs?.device), let whole = try store.load() else {
                throw ServerError.noSuchAccount(account.description)
            }
            guard let needs else { return whole }
            return try store.view(needs, of: row, policy: self.policy.ledger, now: now)
        }
    }

    /// The ledger with its open leases.
    func openLedger(
        of account: AccountID, now: UnixTime, in db: Database
    ) throws -> ServerLedger {
        let store = LedgerStore(account: account, db: db)
        guard let row = try store.row(for: nil) else {
            throw ServerError.noSuchAccount(account.description)
        }
        return try store.view(LedgerNeeds(), of: row, policy: policy.ledger, now: now)
    }

    private func randomLeaseID() -> LeaseID {
        LeaseID(checked: randomBytes(LeaseID.byteCount))
    }
}
