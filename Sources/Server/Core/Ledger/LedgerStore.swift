import CreditLedger
import SignedObjects

/// One account's ledger as rows: what a change needs is loaded, what it changed is written back, in
/// one transaction.
struct LedgerStore {
    let account: AccountID
    let db: Database

    /// What the ledger adds up to, or nil for an account that has none.
    ///
    /// - Parameter device: Whose revocation to look for.
    func row(for device: DeviceID?) throws -> LedgerRow? {
        let answer = try db.answers(to: [rowStatement(for: device)]).first
        return try answer?.rows.first.map { try row($0, for: device) }
    }

    /// The statement that finds what ``row(_:for:)`` reads.
    func rowStatement(for device: DeviceID?) -> SQLStatement {
        SQLStatement(
            """
            SELECT l.*, r.serial AS revocation,
                (SELECT value FROM setting WHERE name = 'epoch') AS epoch
            FROM ledger AS l
            LEFT JOIN ledger_revocation AS r ON r.account = l.account AND r.device = ?2
            WHERE l.account = ?1
            """,
            [account.blob, device?.blob])
    }

    /// What the ledger adds up to, from its row.
    func row(_ row: Row, for device: DeviceID?) throws -> LedgerRow {
        var revocations: [DeviceID: Order] = [:]
        if let device { revocations[device] = try order(row["revocation"]) }
        let standing = Standing(
            serial: try row["serial"], suspension: try order(row["suspension"]),
            pause: try order(row["pause"]), revocations: revocations)
        let until: Int64? = try row["waits_until"]
        let waits: Int = try row["waits"]
        return LedgerRow(
            clock: try row.time("time"), totals: try LedgerTotals(row), standing: standing,
            baseSerial: try row["base_serial"],
            waits: waits == 0 ? nil : until.map { (waits, UnixTime(milliseconds: $0)) },
            epoch: try row["epoch"])
    }

    /// The part of the ledger that `needs` asks for: the same as
    /// ``ServerLedger/view(_:policy:now:)`` takes from the whole one.
    func view(
        _ needs: LedgerNeeds, of row: LedgerRow, policy: LedgerPolicy, now: UnixTime
    ) throws -> ServerLedger {
        var parts = LedgerParts(self, row)
        // In one round trip: as many leases are open as credits are lent.
        let leases = leaseStatements(needs)
        let credits = needs.credits.map(creditStatement)
        let expected = min(
            needs.freeCredits(open: row.totals.leased, policy: policy), row.totals.free)
        let answers = try db.answers(
            to: leases + credits + (expected > 0 ? [freeCreditStatement(expected)] : []))
        try parts.add(answers[0].rows)
        let open = parts.leases.count
        for answer in answers[1..<leases.count] { try parts.add(answer.rows) }
        try addIdle(needs, open: open, row, policy, now: max(row.clock, now), to: &parts)
        let free = min(needs.freeCredits(open: open, policy: policy), row.totals.free)
        var unlent = answers.dropFirst(leases.count + credits.count).flatMap(\.rows)
        if free > expected {
            unlent = try db.answers(to: [freeCreditStatement(free)]).flatMap(\.rows)
        }
        try parts.add(credits: unlent.prefix(max(0, free)))
        for answer in answers[leases.count...].prefix(credits.count) {
            try parts.add(credits: answer.rows)
        }
        for number in needs.receipts { try parts.add(receipt: number) }
        parts.add(orders: try orders(needs.sentOrders, upTo: row.standing.serial))
        // Honest ones follow each other.
        for serial in needs.orders { parts.add(orders: try named(serial)) }
        for device in needs.namedDevices { parts.add(try revocation(of: device), of: device) }
        parts.withholdings = try WithholdingStore(db: db).inForce(of: needs.withholdings, account)
        return try parts.ledger(forks: [])
    }

    /// The order that revoked a device; nil for one that is not revoked.
    private func revocation(of device: DeviceID) throws -> Order? {
        let serial: Int? = try db.value(
            "SELECT serial FROM ledger_revocation WHERE account = ?1 AND device = ?2",
            [account.blob, device.blob])
        return try serial.flatMap { try order($0) }
    }

    /// The leases that are open, as every change may have to do with them, and those named.
    private func leaseStatements(_ needs: LedgerNeeds) -> [SQLStatement] {
        let named = needs.leases.map { leaseStatement("l.lease = ?2", [$0.blob]) }
        let positions = needs.journalPositions.compactMap { position in
            needs.device.map { device in
                leaseStatement(
                    "l.device = ?2 AND l.journal = ?3 AND l.number = ?4",
                    [device.blob, position.journal.blob, position.number], limit: 1)
            }
        }
        return [leaseStatement("l.phase = 1", [])] + named + positions
    }

    /// The whole ledger, or nil for an account that has none: for whoever looks it over.
    func load() throws -> ServerLedger? {
        guard let row = try row(for: nil) else { return nil }
        var parts = LedgerParts(self, row)
        try parts.add(leaseRows("l.phase = 1", []))
        try parts.add(leaseRows("l.phase <> 1", []))
        try parts.add(
            credits: db.rows(
                "SELECT * FROM ledger_credit WHERE account = ?1 ORDER BY credit", [account.blob]))
        let numbers = try db.rows(
            "SELECT number FROM ledger_receipt WHERE account = ?1 ORDER BY number", [account.blob])
        for number in numbers { try parts.add(receipt: number["number"]) }
        let orders = try db.rows(
            "SELECT document FROM ledger_order WHERE account = ?1 ORDER BY serial", [account.blob])
        parts.add(orders: try orders.map { try document($0["document"]) })
        parts.takeStandingFromOrders()
        return try parts.ledger(forks: forks())
    }

    /// How many spends prove that a lease was used on more than one body.
    func contradictionCount() throws -> Int {
        try db.value(
            "SELECT COUNT(*) FROM ledger_contradiction WHERE account = ?1", [account.blob]) ?? 0
    }

    private func named(_ serial: Int) throws -> [JWS<Order>] {
        serial < Int.max ? try orders(serial..<serial + 1) : []
    }

    /// Newest leases without use where there may be too many, oldest where some are forgotten.
    private func addIdle(
        _ needs: LedgerNeeds, open: Int, _ row: LedgerRow, _ policy: LedgerPolicy, now: UnixTime,
        to parts: inout LedgerParts
    ) throws {
        let (idle, uncredited) = (row.totals.idle, row.totals.uncredited)
        let forgotten = needs.forgotten(idle: idle, open: open)
        if forgotten > 0 {
            try parts.add(leaseRows("l.phase = 2", [], limit: forgotten))
        }
        guard idle + uncredited + open + needs.added >= policy.unusedLeasesPerDay else { return }
        let day = UnixTime(milliseconds: now.milliseconds - Limits.day)
        let limit = needs.unusedLeases(policy)
        var newest: [Row] = []
        for phase in [LeasePhase.idle, .uncredited] {
            newest += try leaseRows(
                "l.phase = ?2 AND l.issued > ?3", [phase.rawValue, day.milliseconds], limit: limit,
                isNewestFirst: true)
        }
        let sorted = try newest.map { row in
            (order: (try row["issued"] as Int64, try row["row_id"] as Int64), row: row)
        }.sorted { $0.order > $1.order }
        try parts.add(sorted.prefix(limit).map(\.row))
    }
}
