import CreditLedger
import SignedObjects

// The rows that a ledger is made of.
extension LedgerStore {
    /// Leases of the account with their credits, in the order they were issued or newest first.
    func leaseStatement(
        _ condition: String, _ arguments: [any SQLConvertible], limit: Int? = nil,
        isNewestFirst: Bool = false
    ) -> SQLStatement {
        let order = isNewestFirst ? "l.issued DESC, l.row_id DESC" : "l.row_id"
        let bound = limit == nil ? "" : " LIMIT ?\(arguments.count + 2)"
        return SQLStatement(
            """
            SELECT l.*, c.epoch AS credit_epoch, c.lease AS credit_lease,
                c.receipt AS credit_receipt, r.serial AS revocation
            FROM ledger_lease AS l
            LEFT JOIN ledger_credit AS c ON c.account = l.account AND c.credit = l.credit
            LEFT JOIN ledger_revocation AS r ON r.account = l.account AND r.device = l.device
            WHERE l.account = ?1 AND \(condition) ORDER BY \(order)\(bound)
            """,
            [account.blob as any SQLConvertible] + arguments
                + (limit.map { [$0 as any SQLConvertible] } ?? []))
    }

    /// The lowest free credits.
    func freeCreditStatement(_ count: Int) -> SQLStatement {
        SQLStatement(
            """
            SELECT credit, epoch, lease, receipt FROM ledger_credit
            WHERE account = ?1 AND lease IS NULL AND receipt IS NULL ORDER BY credit LIMIT ?2
            """,
            [account.blob, count])
    }

    /// One credit, if there is such a one.
    func creditStatement(_ index: Int) -> SQLStatement {
        SQLStatement(
            "SELECT * FROM ledger_credit WHERE account = ?1 AND credit = ?2",
            [account.blob, index])
    }

    /// The receipt with a number of the log.
    func receipt(_ number: Int) throws -> JWS<Receipt>? {
        let text: String? = try db.value(
            "SELECT document FROM ledger_receipt WHERE account = ?1 AND number = ?2",
            [account.blob, number])
        return try text.map(document)
    }

    /// The order with this serial.
    func order(_ serial: Int?) throws -> Order? {
        guard let serial else { return nil }
        guard let order = try orders(serial..<serial + 1).first else {
            throw StoredFormError(column: "serial")
        }
        return order.payload
    }

    /// Orders by their serials; none is asked for where there are none.
    func orders(_ serials: Range<Int>, upTo last: Int = .max) throws -> [JWS<Order>] {
        guard !serials.isEmpty, serials.lowerBound <= last else { return [] }
        return try orders(db.answers(to: [orderStatement(serials)]).flatMap(\.rows))
    }

    /// The statement that finds orders by their serials.
    func orderStatement(_ serials: Range<Int>) -> SQLStatement {
        SQLStatement(
            """
            SELECT document FROM ledger_order
            WHERE account = ?1 AND serial >= ?2 AND serial < ?3 ORDER BY serial
            """,
            [account.blob, serials.lowerBound, serials.upperBound])
    }

    func orders(_ rows: [Row]) throws -> [JWS<Order>] {
        try rows.map { try document($0["document"]) }
    }

    /// Leases with their credits, see ``leaseStatement(_:_:limit:isNewestFirst:)``.
    func leaseRows(
        _ condition: String, _ arguments: [any SQLConvertible], limit: Int? = nil,
        isNewestFirst: Bool = false
    ) throws -> [Row] {
        let statement = leaseStatement(
            condition, arguments, limit: limit, isNewestFirst: isNewestFirst)
        return try db.answers(to: [statement]).flatMap(\.rows)
    }

    /// The spends that contradict a lease's first one.
    func contradictions(of lease: LeaseID) throws -> [JWS<Spend>] {
        try db.rows(
            """
            SELECT spend FROM ledger_contradiction WHERE account = ?1 AND lease = ?2
            ORDER BY row_id
            """,
            [account.blob, lease.blob]
        ).map { try document($0["spend"]) }
    }

    func forks() throws -> [JournalFork] {
        let sql =
            "SELECT first_spend, second_spend FROM ledger_fork WHERE account = ?1 ORDER BY row_id"
        return try db.rows(sql, [account.blob]).map { row in
            JournalFork(
                first: try document(row["first_spend"]), second: try document(row["second_spend"]))
        }
    }

    /// The devices that the ledger waits for.
    func wait(_ row: LedgerRow) throws -> LedgerWait? {
        guard let until = row.waits?.until else { return nil }
        let devices: [DeviceID] = try db.rows(
            "SELECT device FROM ledger_wait WHERE account = ?1", [account.blob]
        ).map { try $0.fixed("device") }
        return LedgerWait(devices: Set(devices), until: until)
    }

    /// The document that `text` is.
    func document<Payload>(_ text: String) throws -> JWS<Payload> {
        try DocumentCache.shared.document(text)
    }
}
