import CreditLedger
import SignedObjects

/// One account's ledger as rows: loaded whole, written back where it changed, in one transaction.
struct LedgerStore {
    let account: AccountID
    let db: Database

    /// The ledger, or nil for an account that has none.
    func load() throws -> ServerLedger? {
        guard
            let time: Int64 = try db.value(
                "SELECT time FROM ledger_clock WHERE account = ?1",
                [account.blob])
        else { return nil }
        return try ServerLedger(
            account: account, credits: credits(), leases: leases(), receipts: receipts(),
            orders: orders(), forks: forks(), clock: UnixTime(milliseconds: time))
    }

    /// What the orders add up to.
    func standing() throws -> Standing {
        Standing(after: try orders().map(\.payload))
    }

    /// Writes what changed from `old`, nil for a new ledger.
    func save(_ new: ServerLedger, over old: ServerLedger?) throws {
        guard new != old else { return }
        try db.execute(
            """
            INSERT INTO ledger_clock (account, time) VALUES (?1, ?2)
            ON CONFLICT (account) DO UPDATE SET time = excluded.time
            """,
            [account.blob, new.clock.milliseconds])
        for (index, credit) in new.credits.enumerated() {
            let known = old?.credits ?? []
            if !known.indices.contains(index) || known[index] != credit {
                try save(credit, at: index)
            }
        }
        try saveLeases(new.leases, over: old?.leases ?? [])
        for receipt in new.receipts.dropFirst(old?.receipts.count ?? 0) {
            try db.execute(
                "INSERT INTO ledger_receipt (account, number, document) VALUES (?1, ?2, ?3)",
                [account.blob, receipt.payload.logIndex, receipt.compact])
        }
        for order in new.orders.dropFirst(old?.orders.count ?? 0) {
            try db.execute(
                "INSERT INTO ledger_order (account, serial, document) VALUES (?1, ?2, ?3)",
                [account.blob, order.payload.serial, order.compact])
        }
        for fork in new.forks.dropFirst(old?.forks.count ?? 0) { try save(fork) }
        let cases = CaseStore(account: account, db: db)
        if new.contradictionCount > old?.contradictionCount ?? 0 {
            try cases.open(.doubleSpend, now: new.clock)
        }
        if new.forkCount > old?.forkCount ?? 0 { try cases.open(.journalFork, now: new.clock) }
    }

    private func save(_ fork: JournalFork) throws {
        try db.execute(
            """
            INSERT INTO ledger_fork (account, first_spend, second_spend, received)
            VALUES (?1, ?2, ?3, (SELECT time FROM ledger_clock WHERE account = ?1))
            """,
            [account.blob, fork.first.compact, fork.second.compact])
    }

    private func save(_ credit: Credit, at index: Int) throws {
        var (lease, receipt): (LeaseID?, Int?) = (nil, nil)
        switch credit.state {
        case .free: break
        case .leased(let id): lease = id
        case .spent(let number): receipt = number
        }
        try db.execute(
            """
            INSERT INTO ledger_credit (account, credit, epoch, lease, receipt)
            VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (account, credit) DO UPDATE
            SET epoch = excluded.epoch, lease = excluded.lease, receipt = excluded.receipt
            """,
            [account.blob, index, credit.epoch, lease?.blob, receipt])
    }

    private func saveLeases(_ new: [LeaseRecord], over old: [LeaseRecord]) throws {
        let known = Dictionary(
            old.map { ($0.lease.payload.lease, $0) }, uniquingKeysWith: { first, _ in first })
        for record in new where known[record.lease.payload.lease] != record {
            try save(record)
            let before = known[record.lease.payload.lease]?.claim?.contradictions.count ?? 0
            for spend in record.claim?.contradictions.dropFirst(before) ?? [] {
                try db.execute(
                    """
                    INSERT INTO ledger_contradiction (account, lease, spend, received)
                    VALUES (?1, ?2, ?3, (SELECT time FROM ledger_clock WHERE account = ?1))
                    """,
                    [account.blob, record.lease.payload.lease.blob, spend.compact])
            }
        }
        let kept = Set(new.map(\.lease.payload.lease))
        for record in old where !kept.contains(record.lease.payload.lease) {
            try db.execute(
                "DELETE FROM ledger_lease WHERE account = ?1 AND lease = ?2",
                [account.blob, record.lease.payload.lease.blob])
        }
    }

    private func save(_ record: LeaseRecord) throws {
        var (outcome, receipt): (String?, Int?) = (nil, nil)
        switch record.claim?.outcome {
        case nil: break
        case .held?: outcome = "held"
        case .uncredited?: outcome = "uncredited"
        case .receipt(let number)?: (outcome, receipt) = ("receipt", number)
        }
        try db.execute(
            """
            INSERT INTO ledger_lease (account, lease, document, spend, outcome, receipt)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (account, lease) DO UPDATE
            SET spend = excluded.spend, outcome = excluded.outcome, receipt = excluded.receipt
            """,
            [
                account.blob, record.lease.payload.lease.blob, record.lease.compact,
                record.claim?.spend.compact, outcome, receipt,
            ])
    }

    private func rows(_ sql: String) throws -> [Row] {
        try db.rows(sql, [account.blob])
    }

    private func credits() throws -> [Credit] {
        let sql = "SELECT * FROM ledger_credit WHERE account = ?1 ORDER BY credit"
        return try rows(sql).map { row in
            let epoch: Int = try row["epoch"]
            if let receipt: Int = try row["receipt"] {
                return Credit(epoch: epoch, state: .spent(receipt: receipt))
            }
            guard try row.isNull("lease") else {
                return Credit(epoch: epoch, state: .leased(try row.fixed("lease")))
            }
            return Credit(epoch: epoch, state: .free)
        }
    }

    private func leases() throws -> [LeaseRecord] {
        var contradictions: [LeaseID: [JWS<Spend>]] = [:]
        let proofs = "SELECT * FROM ledger_contradiction WHERE account = ?1 ORDER BY place"
        for row in try rows(proofs) {
            contradictions[try row.fixed("lease"), default: []]
                .append(try DocumentCache.shared.document(try row["spend"]))
        }
        let sql = "SELECT * FROM ledger_lease WHERE account = ?1 ORDER BY place"
        return try rows(sql).map { row in
            var record = LeaseRecord(
                lease: try DocumentCache.shared.document(try row["document"]))
            guard let spend: String = try row["spend"] else { return record }
            record.claim = SpendClaim(
                spend: try DocumentCache.shared.document(spend), outcome: try outcome(row),
                contradictions: contradictions[record.lease.payload.lease] ?? [])
            return record
        }
    }

    private func outcome(_ row: Row) throws -> SpendClaim.Outcome {
        let name: String? = try row["outcome"]
        switch name {
        case "held": return .held
        case "uncredited": return .uncredited
        default:
            guard let receipt: Int = try row["receipt"] else {
                throw StoredFormError(column: "outcome")
            }
            return .receipt(receipt)
        }
    }

    private func receipts() throws -> [JWS<Receipt>] {
        try rows("SELECT document FROM ledger_receipt WHERE account = ?1 ORDER BY number")
            .map { try DocumentCache.shared.document(try $0["document"]) }
    }

    private func forks() throws -> [JournalFork] {
        let sql =
            "SELECT first_spend, second_spend FROM ledger_fork WHERE account = ?1 ORDER BY place"
        return try rows(sql).map { row in
            JournalFork(
                first: try JWS(stored: try row["first_spend"]),
                second: try JWS(stored: try row["second_spend"]))
        }
    }

    private func orders() throws -> [JWS<Order>] {
        try rows("SELECT document FROM ledger_order WHERE account = ?1 ORDER BY serial")
            .map { try DocumentCache.shared.document(try $0["document"]) }
    }
}
