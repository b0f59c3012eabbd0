import AtelierProtocol
import CreditLedger
import Foundation
import GRDB
import SignedObjects
import SyncKit

extension Library {
    /// Settles credits, then exchanges changes with the server; safe to repeat and to interrupt.
    ///
    /// A suspended account still receives, and learns its standing; its own changes wait.
    ///
    /// - Throws: ``LibraryError/busy``, ``LibraryError/waitingForApproval(words:)``, `HTTPFailure`
    ///   where the server cannot be reached, `Problem` where it refuses. Nothing is lost by any.
    public func sync() async throws -> SyncOutcome {
        let lock = try LibraryLock(folder.lock)
        defer { withExtendedLifetime(lock) {} }
        if let request = membership.request { try await collectApproval(request) }
        let connection = try connection()
        let refusedBefore = try credits().refused
        var settled = try await settleAsMember(over: connection)
        try await followKeys(over: connection)
        try noteFinished()
        let before = try store.pendingChangeCount()
        let report = try await exchange(over: connection)
        if report.isWritingRefused {
            // Suspended since the ledger was asked: the orders say why.
            settled += try await settle(over: connection)
        }
        try remember(connection.clock)
        try sweepFiles()
        try sweepLeftovers()
        let now = try now()
        try store.write { try LocalValue.lastSync.write(String(now.milliseconds), $0) }
        let pending = try store.pendingChangeCount()
        let credits = try creditsReport()
        try keepDoubts(after: report)
        return SyncOutcome(
            sent: max(0, before - pending), received: report.changesReceived, settled: settled,
            refused: credits.refused - refusedBefore, pending: pending,
            setAside: report.segmentsSetAside, missingKeys: try missingKeys(),
            doubts: try doubts(), standing: try standing(), credits: credits)
    }

    /// What the engine and the keys leave open; what is said of the audit log stays.
    private func keepDoubts(after report: SyncReport) throws {
        let now = Moment(try now())
        let missing = try missingKeys()
        let audit = try doubts().filter { SyncDoubt.ofTheAudit.contains($0.code) }
        let engine = SyncDoubt.ofTheEngine(report.faults, now: now)
        try keep(
            audit + engine + (missing.isEmpty ? [] : [.missingKeys(missing, now: now)]))
    }

    /// How the account stands, as of the last contact.
    public func standing() throws -> StandingReport {
        guard membership.request == nil else { return StandingReport(.waiting) }
        guard membership.server != nil else { return StandingReport(.notJoined) }
        guard membership.waitsForOperator != true else { return StandingReport(.waiting) }
        guard !isPutOut else { return StandingReport(.revoked) }
        return StandingReport(try obstacle())
    }

    /// Whether another device has put this one out, as far as is known.
    var isPutOut: Bool { membership.isPutOut == true }

    /// Reports spends, fetches receipts, leases and orders; returns how many receipts are new.
    @discardableResult
    func settle(over connection: ServerConnection) async throws -> Int {
        var settled = 0
        var audit: (head: String?, key: VerifyingKey)?
        for _ in 0..<Limits.ledgerRounds {
            var open = try openWallet()
            let unsettled = open.wallet.unsettled.count
            let known = open.wallet.receiptsBySpend.count
            let journal = open.journal
            let request = try open.wallet.request(
                wantedLeases: Limits.wantedLeases, now: connection.clock.now,
                signedBy: deviceKeys.signing, recording: { try journal.append($0) })
            let reply = try await connection.post("/v1/ledger", request, as: LedgerReply.self)
            try open.wallet.absorb(
                reply, serverKey: open.server.key, own: connection.clock.own)
            try save(open.wallet)
            audit = (reply.audit, open.server.key)
            settled += open.wallet.receiptsBySpend.count - known
            // Entries go in pieces, and the last contact only then does the rest.
            if open.wallet.isHandingIn { continue }
            // What was lent in a wrong future is exchanged at once, for it cannot be used.
            if open.wallet.hasLeasesDatedAhead(now: connection.clock.now) { continue }
            let isSettling =
                open.wallet.unsettled.count < unsettled && !open.wallet.unsettled.isEmpty
            let hasMoreOrders = reply.orders.count >= LedgerLimits.ordersPerReply
            guard isSettling || hasMoreOrders else { break }
        }
        try writeVerdicts()
        if let audit {
            let doubts = try await followAudit(
                audit.head, over: connection, serverKey: audit.key)
            let others = try self.doubts().filter { !SyncDoubt.ofTheAudit.contains($0.code) }
            try keep(others + doubts)
        }
        return settled
    }

    /// Whether own changes may go now. Without the newest library key they would be sealed with
    /// one that a device which was put out has.
    private func mayPush() throws -> Bool {
        try obstacle() == nil && !lacksNewestKey()
    }

    private func obstacle() throws -> Standing.Obstacle? {
        let wallet = try openWallet().wallet
        return wallet.standing.obstacle(for: device, at: try now())
    }

    /// One run: what an earlier sync sealed goes first, and what withdrawals from elsewhere mean
    /// here goes with what is new. While there is an obstacle nothing goes.
    private func exchange(over connection: ServerConnection) async throws -> SyncReport {
        let sealing = try sealing()
        let synchronizer = Synchronizer(
            store: store, transport: connection.transport, keys: sealing.keys,
            account: sealing.account)
        return try await synchronizer.run(
            mayWrite: { try mayPush() }, didPull: { try followWithdrawals() })
    }

    /// Writes receipts and final refusals into the rows, so that every device has them.
    private func writeVerdicts() throws {
        let wallet = try openWallet().wallet
        try store.write { database in
            for (spend, receipt) in wallet.receiptsBySpend {
                try database.execute(
                    sql: """
                        UPDATE generations SET receipt = ?, refusal = ''
                        WHERE spend = ? AND receipt <> ?
                        """,
                    arguments: [receipt.compact, spend.description, receipt.compact])
            }
            for (spend, refusal) in wallet.refusalsBySpend {
                try database.execute(
                    sql: "UPDATE generations SET refusal = ? WHERE spend = ? AND refusal <> ?",
                    arguments: [refusal.rawValue, spend.description, refusal.rawValue])
            }
        }
    }
}
