public import CreditLedger
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// This device's wallet on top of its journal.
struct OpenWallet {
    let journal: SpendJournal
    let server: Membership.Server
    var wallet: DeviceWallet
}

extension Library {
    /// What the artist may still generate; all zero before `join`.
    public func credits() throws -> CreditsSummary {
        guard membership.server != nil else { return CreditsSummary() }
        return try openWallet().wallet.credits(now: try now())
    }

    /// Why nothing can be generated now, or nil.
    public func refusal() throws -> RefusedReason? {
        guard membership.server != nil else { return nil }
        switch try openWallet().wallet.permission(now: try now()) {
        case .success: return nil
        case .failure(let reason): return reason
        }
    }

    func openWallet() throws -> OpenWallet {
        guard let account else { throw waiting }
        guard let server = membership.server, let name = JournalID(environment.random(16)) else {
            throw LibraryError.notJoined
        }
        let journal = try SpendJournal(
            pathBytes: folder.spends.fileBytes, account: account,
            deviceKey: deviceKeys.signing.verifyingKey, newJournal: name)
        let stored = try store.read { try LocalValue.wallet.read($0) }
        let snapshot = stored.flatMap {
            try? CanonicalJSON.decoder.decode(WalletSnapshot.self, from: Data($0.utf8))
        }
        var wallet = DeviceWallet(
            snapshot ?? WalletSnapshot(journal: journal.journal), account: account,
            journal: journal.journal, spends: journal.spends, returns: journal.returns,
            serverKey: server.key, deviceKey: deviceKeys.signing.verifyingKey)
        wallet.present = environment.reading
        return OpenWallet(journal: journal, server: server, wallet: wallet)
    }

    func save(_ wallet: DeviceWallet) throws {
        let json = try CanonicalJSON.encoder.encode(wallet.snapshot)
        let text = String(decoding: json, as: UTF8.self)
        try store.write { try LocalValue.wallet.write(text, $0) }
    }

    /// Spends a credit for `plan`, on the disk when this returns; the same body again is free.
    ///
    /// - Returns: The spend's digest, and whether the body was paid for before.
    func spend(for plan: GenerationPlan) throws -> (spend: Digest, isRepeat: Bool) {
        guard membership.waitsForOperator != true else { throw operatorWaiting }
        var open = try openWallet()
        let spent: WalletSpend
        do {
            spent = try open.wallet.spend(
                body: plan.body.digest, now: try now(), signedBy: deviceKeys.signing)
        } catch let reason as RefusedReason {
            throw LibraryError.refused(reason: reason.description)
        }
        if spent.isNew {
            guard !isPutOut else { throw LibraryError.putOut }
            let resume = try CanonicalJSON.encoder.encode(plan)
            try open.journal.append(JournalEntry(spend: spent.spend, resume: Array(resume)))
        }
        return (spent.spend.digest, !spent.isNew)
    }

    /// The paid generations that have no row yet: a crash or a stop came between.
    func unfinishedPlans() throws -> [(plan: GenerationPlan, spend: Digest)] {
        let finished = try store.read { database in
            try Set(String.fetchAll(database, sql: "SELECT body FROM generations"))
                .union(Self.finishedBodies(database))
        }
        return try openWallet().journal.entries.compactMap { entry in
            let plan = try? CanonicalJSON.decoder.decode(
                GenerationPlan.self, from: Data(entry.resume))
            guard let plan, !finished.contains(entry.spend.payload.body.description),
                plan.body.digest == entry.spend.payload.body
            else { return nil }
            return (plan, entry.spend.digest)
        }
    }

    var waiting: LibraryError {
        .waitingForApproval(words: comparisonWords?.description ?? "")
    }
}
