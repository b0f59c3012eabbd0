import AtelierProtocol
import CreditLedger
import SignedObjects

/// The exchange with the server's ledger: sends spends, receives receipts, leases and orders.
///
/// Joining and syncing both begin with it. Its reply also tells whether the operator accepted the
/// account and whether this device was revoked.
struct LedgerExchange: Sendable {
    let context: LibraryContext
    let wallet: Wallet
    let styles: StyleCatalog
    let generations: GenerationService
    let registrar: Registrar
    let doubts: SyncDoubts

    /// Settles, and saves what the reply says about the account's membership.
    ///
    /// - Returns: The number of new receipts.
    /// - Throws: ``AccountError/revoked``, ``AccountError/waitsForOperator(server:)``;
    ///   `HTTPFailure`, `Problem`.
    @discardableResult
    func settleAsMember(over connection: ServerConnection) async throws -> Int {
        var membership = context.membership
        do {
            let settled = try await settle(over: connection)
            if membership.waitsForOperator == true || membership.isRevoked == true {
                membership.waitsForOperator = nil
                membership.isRevoked = nil
                try context.save(membership)
            }
            return settled
        } catch let problem as Problem where problem.type == .deviceRevoked {
            membership.isRevoked = true
            try context.save(membership)
            throw AccountError.revoked
        } catch let problem as Problem where problem.type == .accountPending {
            membership.waitsForOperator = true
            try context.save(membership)
            throw context.operatorWaiting
        } catch let problem as Problem where problem.type == .accountRefused {
            // The library may join another server.
            membership.waitsForOperator = nil
            membership.server = nil
            try context.save(membership)
            throw problem
        }
    }

    /// Reports spends, fetches receipts, leases and orders.
    ///
    /// - Returns: The number of new receipts.
    @discardableResult
    func settle(over connection: ServerConnection) async throws -> Int {
        try await register(over: connection)
        var settled = try await exchangeSpends(over: connection)
        let forgotten = try wallet.open().wallet.modelsHeldUnregistered
        if try registrar.forgetSent(models: forgotten) {
            // The server was restored, and its registrations are older than this device's.
            try await register(over: connection)
            settled += try await exchangeSpends(over: connection)
        }
        try generations.recordVerdicts(of: try wallet.open().wallet)
        // Not before: what was made while the works were in the library gets its receipt.
        try await registrar.sendWithdrawals(over: connection)
        return settled
    }

    /// The rounds of the ledger's exchange.
    private func exchangeSpends(over connection: ServerConnection) async throws -> Int {
        var settled = 0
        var audit: (head: String?, key: VerifyingKey)?
        for _ in 0..<Limits.ledgerRounds {
            var opened = try wallet.open()
            let unsettled = opened.wallet.unsettled.count
            let known = opened.wallet.receiptsBySpend.count
            let journal = opened.journal
            let request = try opened.wallet.request(
                wantedLeases: Limits.wantedLeases, now: connection.clock.now,
                signedBy: context.deviceKeys.signing, recording: { try journal.append($0) })
            let reply = try await connection.post("/v1/ledger", request, as: LedgerReply.self)
            try opened.wallet.absorb(
                reply, serverKey: opened.server.key, own: connection.clock.own)
            try wallet.save(opened.wallet)
            audit = (reply.audit, opened.server.key)
            try registrar.follow(epoch: reply.epoch)
            settled += opened.wallet.receiptsBySpend.count - known
            // The journal is handed in over several requests; the rest follows the last of them.
            if opened.wallet.isHandingIn { continue }
            // What was leased in a wrong future is exchanged at once, for it cannot be used.
            if opened.wallet.hasLeasesDatedAhead(now: connection.clock.now) { continue }
            let isSettling =
                opened.wallet.unsettled.count < unsettled && !opened.wallet.unsettled.isEmpty
            let hasMoreOrders = reply.orders.count >= LedgerLimits.ordersPerReply
            guard isSettling || hasMoreOrders else { break }
        }
        if let audit {
            try await doubts.followAudit(audit.head, over: connection, serverKey: audit.key)
        }
        return settled
    }
}

extension DeviceWallet {
    /// The models of the spends that the server holds because it does not know what they are made
    /// of.
    fileprivate var modelsHeldUnregistered: [Digest] {
        Set(
            spends.filter { held[$0.digest] == .unregistered }.map(\.payload.parts.model)
        ).sorted()
    }
}

extension LedgerExchange {
    /// Registers what generations are made of, before their spends are sent.
    ///
    /// A server that refuses leaves the spends held, not lost; the ledger's own contact says why.
    private func register(over connection: ServerConnection) async throws {
        for model in try styles.all() {
            do {
                try styles.prepareRegistration(of: model)
            } catch is LibraryError {
                // A work's file is damaged or elsewhere: the doctor tells.
                continue
            }
        }
        do {
            try await registrar.send(over: connection)
        } catch is Problem {
            return
        } catch AccountError.tryLater {
            return
        }
    }
}

/// How the account stands with its server, as of the last contact.
public struct StandingReport: Codable, Equatable, Sendable {
    /// What the standing is.
    public enum State: String, Codable, Sendable {
        /// The account may sync and generate.
        case good
        /// The account is suspended.
        case suspended
        /// The service is paused.
        case paused
        /// This device was revoked.
        case revoked
        /// The library belongs to no server.
        case notJoined = "not-joined"
        /// The device waits for approval, or the account for the operator.
        case waiting
    }

    /// What the standing is.
    public let state: State
    /// The stable reason code; empty in good standing.
    public var reason = ""
    /// The moderator's text to the artist; may be empty.
    public var text = ""
    /// When it ends by itself; left out where only a moderator ends it.
    public var until: Moment?
    /// Where to appeal, as the server says; may be empty.
    public var appeal = ""

    init(_ state: State) {
        self.state = state
    }

    init(_ obstacle: Standing.Obstacle?) {
        switch obstacle {
        case nil: self.init(.good)
        case .suspended(let order): self.init(.suspended, order)
        case .paused(let order): self.init(.paused, order)
        case .revoked(let order): self.init(.revoked, order)
        }
    }

    private init(_ state: State, _ order: Order) {
        self.state = state
        reason = CheckedText.shown(order.reason)
        text = CheckedText.shown(order.text)
        until = order.until.map { Moment($0) }
        appeal = CheckedText.shown(order.appeal)
    }
}
