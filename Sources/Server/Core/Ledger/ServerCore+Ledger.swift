import AtelierProtocol
import CreditLedger
import SignedObjects

extension ServerCore {
    /// One contact of a device with its account's ledger; safe to repeat.
    func exchange(_ request: LedgerRequest, _ incoming: IncomingRequest) async throws -> LedgerReply
    {
        let (reply, receipts) = try await authorized(incoming, as: .ledger) { db, caller, now in
            let contact: LedgerContact
            do throws(LedgerError) {
                contact = try LedgerContact(
                    verifying: request, account: caller.account, deviceKey: caller.deviceKey)
            } catch {
                throw ServerError.refused(.malformed, detail: error.description)
            }
            return try self.change(caller.account, in: db) { ledger in
                try ServiceStore(db: db).apply(to: &ledger, now: now, signer: self.signer)
                let known = ledger.receipts.count
                let reply = try ledger.exchange(
                    contact, now: now, policy: self.policy.ledger, signer: self.signer,
                    makeLeaseID: self.randomLeaseID
                ).reply
                return (reply, ledger.receipts.count - known)
            }
        }
        metrics.receipt(receipts)
        return reply
    }

    /// Loads an account's ledger, lets `body` change it, and writes it back.
    func change<Result>(
        _ account: AccountID, in db: Database, _ body: (inout ServerLedger) throws -> Result
    ) throws -> Result {
        try db.lock(account)
        let store = LedgerStore(account: account, db: db)
        guard let old = try store.load() else {
            throw ServerError.noSuchAccount(account.description)
        }
        var new = old
        let result = try body(&new)
        try store.save(new, over: old)
        return result
    }
}
