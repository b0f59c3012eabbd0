public import SignedObjects

extension ServerCore {
    /// Lets an account in that waits for it.
    ///
    /// - Throws: ``ServerError`` where it does not wait.
    public func approve(_ account: AccountID, actor: String) throws {
        try decide("approve", account, becomes: .open, reason: "", actor: actor)
    }

    /// Refuses an account that waits; its devices are told.
    ///
    /// - Throws: ``ServerError`` where it does not wait.
    public func refuse(_ account: AccountID, reason: String, actor: String) throws {
        try decide("refuse", account, becomes: .refused, reason: reason, actor: actor)
    }

    private func decide(
        _ action: String, _ account: AccountID, becomes state: AccountState, reason: String,
        actor: String
    ) throws {
        let now = clock()
        try database.write { db in
            let count = try db.execute(
                "UPDATE account SET state = ?1 WHERE id = ?2 AND state = ?3",
                [state.rawValue, account.blob, AccountState.pending.rawValue])
            guard count == 1 else {
                throw ServerError.invalidValue(
                    name: "account", reason: "\(account) does not wait for approval")
            }
            try Audit.append(
                action, actor: actor, account: account, reason: reason, detail: "", now: now, in: db
            )
        }
    }
}
