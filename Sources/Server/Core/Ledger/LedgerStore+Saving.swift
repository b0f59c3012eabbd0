import AtelierProtocol
import CreditLedger
import SignedObjects

extension LedgerStore {
    /// Writes what changed from `old`, nil for a new ledger.
    func save(_ new: ServerLedger, over old: ServerLedger?) throws {
        guard new != old else { return }
        try saveRow(new, isNew: old == nil)
        for (index, credit) in new.knownCredits.sorted(by: { $0.key < $1.key })
        where old?.knownCredits[index] != credit {
            try save(credit, at: index)
        }
        try saveLeases(new, over: old)
        for (number, receipt) in new.knownReceipts.sorted(by: { $0.key < $1.key })
        where old?.knownReceipts[number] == nil {
            try db.post(
                .insert(
                    into: "ledger_receipt",
                    [
                        "account": account.blob, "number": number, "document": receipt.compact,
                        "id": receipt.digest.blob, "model": receipt.payload.model.blob,
                        "device": receipt.payload.device.blob,
                    ]))
            DocumentCache.shared.keep(receipt)
        }
        for (serial, order) in new.knownOrders.sorted(by: { $0.key < $1.key })
        where old?.knownOrders[serial] == nil {
            try save(order, now: new.clock)
        }
        for fork in new.forks.dropFirst(old?.forks.count ?? 0) { try save(fork, at: new.clock) }
        for device in (old?.wait?.devices ?? []).subtracting(new.wait?.devices ?? []) {
            try db.post(
                "DELETE FROM ledger_wait WHERE account = ?1 AND device = ?2",
                [account.blob, device.blob])
        }
        let evidence = LedgerEvidence(db: db)
        if new.contradictionCount > old?.contradictionCount ?? 0 {
            try evidence.openCase(.doubleSpend, of: account, now: new.clock)
        }
        if new.forkCount > old?.forkCount ?? 0 {
            try evidence.openCase(.journalFork, of: account, now: new.clock)
        }
    }

    /// Every ledger waits for its devices: they may hold what this database lost.
    ///
    /// - Parameter isFirst: Whether no epoch was begun before.
    static func beginEpoch(until: UnixTime, isFirst: Bool, in db: Database) throws {
        try db.execute(
            """
            INSERT INTO ledger_wait (account, device)
            SELECT d.account, d.id FROM device AS d WHERE NOT EXISTS (
                SELECT 1 FROM ledger_revocation AS r
                WHERE r.account = d.account AND r.device = d.id)
            ON CONFLICT (account, device) DO NOTHING
            """)
        try db.execute(
            """
            UPDATE ledger SET waits_until = ?1,
                base_serial = CASE
                    WHEN ?2 = 1 OR serial < base_serial THEN serial ELSE base_serial END,
                waits = (SELECT COUNT(*) FROM ledger_wait AS w WHERE w.account = ledger.account)
            """,
            [until.milliseconds, isFirst ? 1 : 0])
    }

    private func saveRow(_ new: ServerLedger, isNew: Bool) throws {
        let (totals, standing) = (new.totals, new.standing)
        let row: SQLStatement.Columns = [
            "account": account.blob, "time": new.clock.milliseconds, "free": totals.free,
            "leased": totals.leased, "spent": totals.spent, "receipts": totals.receipts,
            "known_receipts": totals.knownReceipts, "receipt_head": totals.receiptHead.blob,
            "forks": totals.forks, "idle": totals.idle, "uncredited": totals.uncredited,
            "serial": standing.serial, "suspension": standing.suspension?.serial,
            "pause": standing.pause?.serial, "base_serial": new.baseSerial,
            "waits": new.wait?.devices.count ?? 0, "waits_until": new.wait?.until.milliseconds,
        ]
        try db.post(
            isNew
                ? .insert(into: "ledger", row)
                : .update("ledger", row, where: ["account": account.blob]))
    }

    private func save(_ order: JWS<Order>, now: UnixTime) throws {
        let payload = order.payload
        try db.post(
            "INSERT INTO ledger_order (account, serial, document) VALUES (?1, ?2, ?3)",
            [account.blob, payload.serial, order.compact])
        try WithholdingStore(db: db).note(payload)
        try CaseStore(db: db).restore(payload, now: now)
        guard payload.kind == .revokeDevice, let device = payload.device else { return }
        try db.post(
            """
            INSERT INTO ledger_revocation (account, device, serial) VALUES (?1, ?2, ?3)
            ON CONFLICT (account, device) DO NOTHING
            """,
            [account.blob, device.blob, payload.serial])
        try RevocationStore(db: db).add([RevocationEntry(.device(device), since: payload.time)])
    }

    private func save(_ fork: JournalFork, at time: UnixTime) throws {
        try db.post(
            """
            INSERT INTO ledger_fork (account, first_spend, second_spend, received)
            VALUES (?1, ?2, ?3, ?4)
            """,
            [account.blob, fork.first.compact, fork.second.compact, time.milliseconds])
    }

    private func save(_ credit: Credit, at index: Int) throws {
        var (lease, receipt): (LeaseID?, Int?) = (nil, nil)
        switch credit.state {
        case .free: break
        case .leased(let id): lease = id
        case .spent(let number): receipt = number
        }
        try db.post(
            .insert(
                into: "ledger_credit",
                [
                    "account": account.blob, "credit": index, "epoch": credit.epoch,
                    "lease": lease?.blob, "receipt": receipt,
                ], onConflict: .updates(by: ["account", "credit"])))
    }

    private func saveLeases(_ new: ServerLedger, over old: ServerLedger?) throws {
        let known = Dictionary(
            (old?.leases ?? []).map { ($0.lease.payload.lease, $0) },
            uniquingKeysWith: { first, _ in first })
        for record in new.leases {
            let before = known[record.lease.payload.lease]
            let phase = new.phase(of: record)
            let phaseBefore = before.flatMap { old?.phase(of: $0) }
            guard record != before || phase != phaseBefore else { continue }
            try save(record, phase, isNew: before == nil)
            let count = before?.claim?.contradictions.count ?? 0
            for spend in record.claim?.contradictions.dropFirst(count) ?? [] {
                try db.post(
                    """
                    INSERT INTO ledger_contradiction (account, lease, spend, received)
                    VALUES (?1, ?2, ?3, ?4)
                    """,
                    [
                        account.blob, record.lease.payload.lease.blob, spend.compact,
                        new.clock.milliseconds,
                    ])
            }
        }
        let kept = Set(new.leases.map(\.lease.payload.lease))
        for record in old?.leases ?? [] where !kept.contains(record.lease.payload.lease) {
            try db.post(
                "DELETE FROM ledger_lease WHERE account = ?1 AND lease = ?2",
                [account.blob, record.lease.payload.lease.blob])
        }
    }

    private func save(_ record: LeaseRecord, _ phase: LeasePhase, isNew: Bool) throws {
        let lease = record.lease.payload
        var (outcome, receipt): (String?, Int?) = (nil, nil)
        switch record.claim?.outcome {
        case nil: break
        case .held?: outcome = "held"
        case .uncredited?: outcome = "uncredited"
        case .receipt(let number)?: (outcome, receipt) = ("receipt", number)
        }
        let spend = record.claim?.spend
        let contradictions = record.claim?.contradictions.count ?? 0
        guard isNew else {
            try db.post(
                .update(
                    "ledger_lease",
                    [
                        "spend": spend?.compact, "outcome": outcome, "receipt": receipt,
                        "phase": phase.rawValue, "journal": spend?.payload.journal.blob,
                        "number": spend?.payload.number, "contradictions": contradictions,
                        "model": spend?.payload.parts.model.blob,
                    ], where: ["account": account.blob, "lease": lease.lease.blob]))
            return
        }
        try db.post(
            .insert(
                into: "ledger_lease",
                [
                    "account": account.blob, "lease": lease.lease.blob, "spend": spend?.compact,
                    "outcome": outcome, "receipt": receipt, "phase": phase.rawValue,
                    "journal": spend?.payload.journal.blob, "number": spend?.payload.number,
                    "contradictions": contradictions, "document": record.lease.compact,
                    "device": lease.device.blob, "credit": lease.credit,
                    "issued": record.issued.milliseconds,
                    "model": spend?.payload.parts.model.blob,
                ]))
        DocumentCache.shared.keep(record.lease)
    }
}
