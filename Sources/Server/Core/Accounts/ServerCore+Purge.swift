import CreditLedger
public import SignedObjects

/// What a purge took away, and what it left.
public struct PurgeReport: Codable, Sendable {
    /// The account.
    public let account: AccountID
    /// Sealed segments and chunks of snapshots that are gone.
    public let segments: Int
    /// Devices that are gone, with their names and keys.
    public let devices: Int
    /// Receipts that stay: pictures were published with them.
    public let receiptsKept: Int
    /// Orders that stay: what was decided about the account.
    public let ordersKept: Int
}

extension ServerCore {
    /// Takes away what an account stored here, for good.
    ///
    /// Gone: segments, snapshots, devices with names and keys, waiting devices, sealed library
    /// keys. Stays: the account's id, so that nobody gets its free credits again; its ledger, so
    /// that receipts can still be checked and the books balance; orders, cases and the audit log,
    /// so that what was decided can be answered for.
    ///
    /// - Throws: ``ServerError`` where it is gone already.
    public func purge(_ account: AccountID, reason: String, actor: String) throws -> PurgeReport {
        let now = clock()
        let report = try database.write { db in
            try db.lock(account)
            let count = try db.execute(
                "UPDATE account SET state = ?1, pin = '' WHERE id = ?2 AND state <> ?1",
                [AccountState.purged.rawValue, account.blob])
            guard count == 1, let ledger = try LedgerStore(account: account, db: db).load() else {
                throw ServerError.noSuchAccount(account.description)
            }
            var gone: [String: Int] = [:]
            for table in Self.purgedTables {
                gone[table] = try db.execute(
                    "DELETE FROM \(table) WHERE account = ?1", [account.blob])
            }
            // Places stay taken: nobody may store anything under the account again.
            try db.execute(
                "UPDATE account_head SET floor = seq WHERE account = ?1", [account.blob])
            try Audit.append(
                "purge", actor: actor, account: account, reason: reason, detail: "", now: now,
                in: db)
            return PurgeReport(
                account: account,
                segments: gone["segment", default: 0] + gone["snapshot_chunk", default: 0],
                devices: gone["device", default: 0], receiptsKept: ledger.receipts.count,
                ordersKept: ledger.standing.serial)
        }
        hub.wake(account)
        // The act is done; who is not told now sees it at the next beat.
        try? database.announce(account.description)
        return report
    }

    private static let purgedTables = [
        "segment", "snapshot_chunk", "snapshot", "chain_tip", "device", "device_request",
        "key_rotation", "key_request",
    ]
}
