public import CreditLedger
import Foundation
import GRDB
import SignedObjects
import SyncKit
import SystemSupport

/// The credits of this device.
///
/// Owns the spend journal, which is the truth about what was spent here, and the wallet's snapshot
/// beside it: leases, receipts and orders of the last contact with the server.
public struct Wallet: Sendable {
    /// The wallet's state on top of its journal, as of one moment.
    struct Opened {
        let journal: SpendJournal
        let server: Membership.Server
        var wallet: DeviceWallet
    }

    let context: LibraryContext

    /// What the artist may still generate; all zero before the library joined a server.
    public func credits() throws -> CreditsSummary {
        guard context.membership.server != nil else { return CreditsSummary() }
        return try open().wallet.credits(now: try context.now())
    }

    /// Why nothing can be generated now, by the ledger's rules; nil where something can.
    public func refusal() throws -> RefusedReason? {
        guard context.membership.server != nil else { return nil }
        switch try open().wallet.permission(now: try context.now()) {
        case .success: return nil
        case .failure(let reason): return reason
        }
    }

    /// Reads the journal and the snapshot.
    ///
    /// - Throws: ``AccountError/waitingForApproval(words:)``, ``AccountError/notJoined``;
    ///   `JournalError`.
    func open() throws -> Opened {
        guard let account = context.account else { throw context.waiting }
        guard let server = context.membership.server else { throw AccountError.notJoined }
        let deviceKey = context.deviceKeys.signing.verifyingKey
        let name = JournalID(checked: context.environment.random(JournalID.byteCount))
        let journal = try SpendJournal(
            pathBytes: context.folder.spends.fileBytes, account: account, deviceKey: deviceKey,
            newJournal: name)
        let stored = try context.store.read { try LocalValue.wallet.read($0) }
        // Without a readable snapshot it is as after a restore: nothing can be generated before the
        // next contact with the server.
        let snapshot = stored.flatMap {
            try? CanonicalJSON.decode(WalletSnapshot.self, from: Data($0.utf8))
        }
        var wallet = DeviceWallet(
            snapshot ?? WalletSnapshot(journal: journal.journal), account: account,
            journal: journal.journal, spends: journal.spends, returns: journal.returns,
            serverKey: server.key, deviceKey: deviceKey)
        wallet.present = context.environment.reading
        return Opened(journal: journal, server: server, wallet: wallet)
    }

    /// Stores the snapshot; the journal is a file of its own.
    func save(_ wallet: DeviceWallet) throws {
        let json = try CanonicalJSON.encoder.encode(wallet.snapshot)
        let text = String(decoding: json, as: UTF8.self)
        try context.store.write { try LocalValue.wallet.write(text, $0) }
    }

    /// Spends a credit; the spend is durable when this returns. A body that was paid for is free.
    ///
    /// - Parameters:
    ///   - parts: What the credit buys.
    ///   - resume: What is needed to finish it after a crash; stored beside the spend.
    /// - Returns: The spend's digest, and whether the body was paid for before.
    /// - Throws: ``GenerationError/refused(reason:)``, ``AccountError/waitsForOperator(server:)``,
    ///   ``AccountError/revoked``; `JournalError`.
    func spend(
        _ parts: RenderSpec, resume: [UInt8]
    ) throws -> (spend: Digest, isRepeat: Bool) {
        guard context.membership.waitsForOperator != true else { throw context.operatorWaiting }
        var opened = try open()
        let spent: WalletSpend
        do {
            spent = try opened.wallet.spend(
                parts, now: try context.now(), signedBy: context.deviceKeys.signing)
        } catch let reason as RefusedReason {
            throw GenerationError.refused(reason: reason.description)
        }
        if spent.isNew {
            guard context.membership.isRevoked != true else { throw AccountError.revoked }
            try opened.journal.append(JournalEntry(spend: spent.spend, resume: resume))
        }
        return (spent.spend.digest, !spent.isNew)
    }

    /// Why the account may not write, by the last orders; nil in good standing.
    func obstacle() throws -> Standing.Obstacle? {
        try open().wallet.standing.obstacle(for: context.device, at: try context.now())
    }
}

/// The account's credits. Its JSON form is what `credits --json` prints.
public struct CreditsReport: Codable, Equatable, Sendable {
    /// Credits granted to the account in all.
    public let granted: Int
    /// Leased to no device.
    public let free: Int
    /// Leased to this device and usable now.
    public let usable: Int
    /// When the first lease of these ends; left out where there is none.
    public let usableUntil: Moment?
    /// Leased to other devices.
    public let leasedElsewhere: Int
    /// Spent in all.
    public let spent: Int
    /// Spent on this device.
    public let spentHere: Int
    /// Of those spent here, countersigned.
    public let settled: Int
    /// Of those spent here, held by the server until nothing stands in the way of their receipts.
    public let held: Int
    /// What the held ones wait for.
    public let heldBecause: [HeldGenerations]
    /// Of those spent here, refused for good.
    public let refused: Int
    /// Server time of the last contact; left out before the first.
    public internal(set) var asOf: Moment?
    /// Whether a generation is possible now.
    public let canGenerate: Bool
    /// Why no generation is possible; empty where one is.
    public let whyNot: String

    /// What may help; left out where a generation is possible or the reason says all.
    public let nextStep: NextStep?

    init(_ summary: CreditsSummary, held: [HeldGenerations], obstacle: Failure?) {
        granted = summary.granted
        free = summary.free
        usable = summary.usable
        usableUntil = summary.usableUntil.map { Moment($0) }
        leasedElsewhere = summary.leasedElsewhere
        spent = summary.spent
        spentHere = summary.spentHere
        settled = summary.settled
        self.held = summary.held
        heldBecause = held
        refused = summary.refused
        asOf = summary.asOf.map { Moment($0) }
        canGenerate = obstacle == nil
        whyNot = CheckedText.shown(obstacle?.text ?? "")
        nextStep = obstacle?.nextStep
    }
}

extension Wallet {
    /// The account's credits and whether this device may generate now; offline.
    public func report() throws -> CreditsReport {
        let membership = context.membership
        let obstacle: (any Error)? =
            if membership.server == nil {
                membership.request == nil ? AccountError.notJoined : context.waiting
            } else if membership.waitsForOperator == true {
                context.operatorWaiting
            } else if membership.isRevoked == true {
                AccountError.revoked
            } else {
                try refusal()
            }
        return CreditsReport(
            try credits(), held: try heldGenerations(), obstacle: obstacle.map(Failure.init))
    }

    private func heldGenerations() throws -> [HeldGenerations] {
        guard context.membership.server != nil else { return [] }
        let wallet = try open().wallet
        let standing = wallet.standing
        let counts = Dictionary(grouping: wallet.held.values, by: { $0 })
        return LedgerReply.HoldReason.allCases.compactMap { reason in
            counts[reason].map {
                HeldGenerations(
                    reason: reason, count: $0.count,
                    cases: reason == .withheld
                        ? Set(standing.withholdings.map(\.caseNumber)).sorted() : nil)
            }
        }
    }
}

/// Generations that the server holds: their receipts come by themselves once nothing stands in the
/// way.
public struct HeldGenerations: Codable, Equatable, Sendable {
    /// What they wait for.
    public let reason: LedgerReply.HoldReason
    /// How many.
    public let count: Int
    /// In which cases receipts are withheld; left out for other reasons.
    public let cases: [Int]?

    /// What they wait for, as the end of a sentence.
    public var text: String {
        switch reason {
        case .suspended: "until the suspension of the account ends"
        case .paused: "until the service goes on"
        case .revoked: "for good, as this device was revoked"
        case .restored: "until your other devices have synced, as the server was restored"
        case .unregistered: "until the server knows the works of the model; syncing registers them"
        case .withheld:
            "by the decision in case "
                + (cases ?? []).map { String($0) }.joined(separator: ", ")
                + ", until it is decided otherwise"
        }
    }
}
