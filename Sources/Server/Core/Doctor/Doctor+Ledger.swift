import CreditLedger
import Foundation
import SignedObjects

/// Credits: no more receipts than credits, nothing spent twice, everything signed.
extension Doctor {
    /// Every account's ledger, each on one state of the database.
    func examineLedgers(
        _ store: any DatabaseStore, _ check: inout DoctorReport.Check
    ) throws {
        let path = folder.appendingPathComponent("keys/server.key").path
        let key = try ServerKey.read(path).verifyingKey
        var (accounts, receipts) = (0, 0)
        try forEachAccount(in: store) { account, db in
            accounts += 1
            do {
                guard let ledger = try LedgerStore(account: account, db: db).load() else {
                    return check.add("\(account) has no ledger.")
                }
                receipts += ledger.receipts.count
                // Epochs after the first begin where the server was restored from a backup.
                let wasRestored = try EpochCheckpoint.Reading(of: db).epoch > 1
                let problems =
                    ledger.problems(key: key, wasRestored: wasRestored)
                    + (try creditProblems(of: ledger, key: key, in: db))
                for problem in problems { check.add("\(account): \(problem)") }
            } catch {
                check.add("\(account): \(error)")
            }
        }
        check.note =
            "\(accounts) account\(accounts == 1 ? "" : "s"), "
            + "\(receipts) receipt\(receipts == 1 ? "" : "s")"
    }

    /// Whether the account has the credits that it began with and was granted, and no others.
    private func creditProblems(
        of ledger: ServerLedger, key: VerifyingKey, in db: Database
    ) throws -> [String] {
        let account = ledger.account
        let rows = try db.rows(
            "SELECT credit FROM ledger_credit WHERE account = ?1 ORDER BY credit", [account.blob])
        let document: String? = try db.value(
            "SELECT opening FROM account WHERE id = ?1", [account.blob])
        guard
            let opening = try? JWS<AccountOpening>(verifying: document ?? "", with: key).payload,
            opening.account == account
        else { return ["what it began with is not signed by this server"] }
        let granted = ledger.orders.reduce(0) {
            $0 + ($1.payload.kind == .grant ? $1.payload.credits : 0)
        }
        let expected = opening.credits + granted
        var problems: [String] = []
        for (index, row) in rows.enumerated() {
            let credit: Int = try row["credit"]
            if credit >= expected { problems.append("credit \(credit) was never given") }
            if credit != index, index < expected { problems.append("credit \(index) is missing") }
        }
        if rows.count < expected {
            problems.append("\(rows.count) credits are left of \(expected) that were given")
        }
        return problems
    }

    /// Calls `body` for each account in the order of ids.
    func forEachAccount(
        in store: any DatabaseStore, _ body: (AccountID, Database) throws -> Void
    ) throws {
        var last = Data()
        while true {
            let accounts: [AccountID] = try store.read { db in
                try db.rows(
                    "SELECT id FROM account WHERE id > ?1 ORDER BY id LIMIT ?2", [last, 256]
                ).map { try $0.fixed("id") }
            }
            guard let end = accounts.last else { return }
            for account in accounts { try store.read { db in try body(account, db) } }
            last = end.blob
        }
    }
}

extension ServerLedger {
    /// What cannot be, in words; empty for a ledger as it should be.
    fileprivate func problems(key: VerifyingKey, wasRestored: Bool) -> [String] {
        totalProblems + balanceProblems + logProblems(key: key, wasRestored: wasRestored)
            + leaseProblems(key: key)
    }

    /// What is kept beside the rows must be what they add up to.
    private var totalProblems: [String] {
        var counted = LedgerTotals()
        (counted.receipts, counted.knownReceipts) = (totals.receipts, receipts.count)
        (counted.receiptHead, counted.forks) = (totals.receiptHead, forks.count)
        for credit in credits {
            switch credit.state {
            case .free: counted.free += 1
            case .leased: counted.leased += 1
            case .spent: counted.spent += 1
            }
        }
        for record in leases {
            switch phase(of: record) {
            case .idle: counted.idle += 1
            case .uncredited: counted.uncredited += 1
            case .open, .settled: break
            }
        }
        var problems: [String] = []
        if counted != totals { problems.append("its totals are not what its rows add up to") }
        if standing != Standing(after: orders.map(\.payload)) {
            problems.append("its standing is not what its orders add up to")
        }
        return problems
    }

    private var balanceProblems: [String] {
        var problems: [String] = []
        let charged = credits.compactMap { credit in
            if case .spent(let receipt) = credit.state { receipt } else { nil }
        }
        if Set(charged).count != charged.count {
            problems.append("two credits are spent by one receipt")
        }
        if receipts.count != charged.count {
            problems.append("\(receipts.count) receipts for \(charged.count) spent credits")
        }
        for (index, credit) in knownCredits.sorted(by: { $0.key < $1.key }) {
            guard case .spent(let number) = credit.state, let receipt = knownReceipts[number],
                receipt.payload.credit != index
            else { continue }
            problems.append("credit \(index) is spent by a receipt for another one")
        }
        return problems
    }

    /// - Parameter wasRestored: Whether receipts may be lost: those that the backup lacks and no
    ///   device holds leave a gap, while each of the others keeps its index.
    private func logProblems(key: VerifyingKey, wasRestored: Bool) -> [String] {
        var problems: [String] = []
        var (next, head) = (0, Digest.zero)
        for receipt in receipts {
            let payload = receipt.payload
            let index = payload.logIndex
            let isNext = index == next && payload.logHead == head
            if !isNext, !(wasRestored && index > next) {
                problems.append("receipt \(index) does not follow the one before it")
            }
            if payload.account != account {
                problems.append("receipt \(index) is of another account")
            }
            if (try? JWS<Receipt>(verifying: receipt.compact, with: key)) == nil {
                problems.append("receipt \(index) is not signed by this server")
            }
            (next, head) = (
                index + 1, Digest(of: payload.logHead.bytes + receipt.digest.bytes)
            )
        }
        if Set(receipts.map(\.payload.spend)).count != receipts.count {
            problems.append("a spend has two receipts")
        }
        for order in orders where (try? JWS<Order>(verifying: order.compact, with: key)) == nil {
            problems.append("order \(order.payload.serial) is not signed by this server")
        }
        return problems
    }

    private func leaseProblems(key: VerifyingKey) -> [String] {
        var problems: [String] = []
        for record in leases {
            let lease = record.lease.payload
            if (try? JWS<Lease>(verifying: record.lease.compact, with: key)) == nil {
                problems.append("lease \(lease.lease) is not signed by this server")
            }
        }
        for (index, credit) in knownCredits.sorted(by: { $0.key < $1.key }) {
            guard case .leased(let id) = credit.state else { continue }
            let holders = leases.filter { $0.lease.payload.lease == id }
            if holders.first?.lease.payload.credit != index {
                problems.append("credit \(index) is lent by a lease for another one")
            }
        }
        return problems
    }
}
