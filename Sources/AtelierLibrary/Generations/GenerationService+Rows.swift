import CreditLedger
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// A generation that is paid for and was interrupted.
public struct UnfinishedGeneration: Codable, Equatable, Sendable {
    /// The id that it will have.
    public let id: GenerationID
    /// The model's name when it was paid for.
    public let modelName: String
    /// The number of drafts on its sheet; 0 for a picture without a sheet.
    public let drafts: Int
}

extension GenerationService {
    /// Rates a generation, for the artist's own use.
    ///
    /// - Parameter rating: 1 to 5, or 0 for none.
    public func rate(_ id: GenerationID, _ rating: Int) throws -> Generation {
        guard (0...Limits.highestRating).contains(rating) else {
            throw LibraryError.badNumber(
                field: "rating", lowest: 0, highest: Int64(Limits.highestRating))
        }
        _ = try generation(id)
        try context.store.write { database in
            try database.execute(
                sql: "UPDATE generations SET rating = ? WHERE id = ?",
                arguments: [rating, id.data])
        }
        return try generation(id)
    }

    /// Removes a generation on all devices; its file stays in the trash for 30 days.
    ///
    /// The credit stays spent, and generating the same again stays free. Pictures that were picked
    /// from a sheet stay.
    ///
    /// - Parameter forGood: Whether the file is deleted at once.
    public func remove(_ id: GenerationID, forGood: Bool = false) throws -> Generation {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        let generation = try generation(id)
        try context.freeingRoom(noteFinished)
        try context.freeingRoom {
            try context.store.write {
                try trash.remove(.generation, generation.id, forGood: forGood, $0)
            }
        }
        try context.freeingRoom(trash.sweepFiles)
        return generation
    }
}

extension GenerationService {
    /// Writes receipts and final refusals into the rows, so that every device has them.
    func recordVerdicts(of wallet: DeviceWallet) throws {
        try context.store.write { database in
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

    /// Flags a generation whose work is being removed.
    func flagWithdrawn(_ id: GenerationID, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE generations SET source_withdrawn = 1 WHERE id = ?", arguments: [id.data])
    }

    /// Flags the generations of this device that come from works which any device removed.
    func flagOwnOfRemovedWorks(_ database: Database) throws {
        try database.execute(
            sql: """
                UPDATE generations SET source_withdrawn = 1
                WHERE device = ? AND source_withdrawn = 0 AND json_valid(sources) AND EXISTS (
                SELECT 1 FROM json_each(generations.sources) AS source WHERE source.key IN (
                SELECT lower(hex(id)) FROM removals WHERE kind = 'work'
                AND id NOT IN (SELECT id FROM works)))
                """,
            arguments: [context.device.description])
    }

    // MARK: Paid, not finished

    /// The generations that are paid for and were interrupted; ``resume(_:)`` finishes them.
    public func unfinished() throws -> [UnfinishedGeneration] {
        try unfinishedPlans().map {
            UnfinishedGeneration(
                id: $0.plan.id, modelName: $0.plan.modelName, drafts: $0.plan.drafts)
        }
    }

    /// The paid generations that have no row yet, because of a crash or a stop.
    func unfinishedPlans() throws -> [(plan: GenerationPlan, spend: Digest)] {
        let finished = try context.store.read { database in
            try Set(String.fetchAll(database, sql: "SELECT body FROM generations"))
                .union(Self.finishedBodies(database))
        }
        return try wallet.open().journal.entries.compactMap { entry in
            let plan = try? CanonicalJSON.decode(
                GenerationPlan.self, from: Data(entry.resume))
            guard let plan, !finished.contains(entry.spend.payload.body.description),
                plan.body.digest == entry.spend.payload.body
            else { return nil }
            return (plan, entry.spend.digest)
        }
    }

    /// Stores which paid pictures were finished, so that one whose row is removed, here or
    /// on another device, does not count as interrupted.
    func noteFinished() throws {
        try context.store.write { database in
            let stored = Set(try Self.finishedBodies(database))
            let rows = try String.fetchAll(
                database, sql: "SELECT body FROM generations WHERE device = ?",
                arguments: [context.device.description])
            let all = stored.union(rows)
            guard all != stored else { return }
            let json = try CanonicalJSON.encoder.encode(all.sorted())
            try LocalValue.finished.write(String(decoding: json, as: UTF8.self), database)
        }
    }

    /// The stored bodies that were finished here; their rows may be removed.
    private static func finishedBodies(_ database: Database) throws -> [String] {
        guard let text = try LocalValue.finished.read(database) else { return [] }
        return (try? CanonicalJSON.decode([String].self, from: Data(text.utf8))) ?? []
    }
}
