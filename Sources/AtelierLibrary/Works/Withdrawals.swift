import Fingerprints
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// What the removal of a work removes or flags.
public struct WorkRemoval: Codable, Equatable, Sendable {
    /// The work.
    public let work: Work
    /// The models that learned from it; they are removed with it, on every device.
    public let models: [Model]
    /// The generations from it or by those models; they stay, flagged as source withdrawn.
    public let generations: [Generation]
    /// The number of the work's reservation, which ends with it; left out where there is none.
    public let reservation: Int?
}

/// The removal of works, with everything that was learned from them.
///
/// Owns no table: it joins what ``WorkCatalog``, ``StyleCatalog`` and ``GenerationService`` own
/// into one transaction, so that a work and its models are removed together or not at all.
public struct Withdrawals: Sendable {
    let context: LibraryContext
    let works: WorkCatalog
    let styles: StyleCatalog
    let generations: GenerationService
    let trash: Trash
    let registrar: Registrar
    let erasures: ErasureLog

    /// What the removal of a work would remove or flag; changes nothing.
    public func consequences(ofRemoving id: WorkID) throws -> WorkRemoval {
        let work = try works.work(id)
        let models = try styles.all().filter { $0.works.contains(work.id) }
        let ids = Set(models.map(\.id))
        let generations = try generations.all().filter { generation in
            generation.modelId.map(ids.contains) == true
                || generation.sources.contains { $0.work == work.id }
        }
        return WorkRemoval(
            work: work, models: models, generations: generations,
            reservation: try reservation(of: work))
    }

    /// The number of the work's reservation that no other work has.
    private func reservation(of work: Work) throws -> Int? {
        let isShared = try works.all().contains { $0.sha256 == work.sha256 && $0.id != work.id }
        guard !isShared else { return nil }
        let print = try works.storedReadings(of: [work])[work.id]?.fingerprint
        if let number = try print.flatMap(works.reservations.ownNumber) {
            return Int(clamping: number)
        }
        return try context.store.read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT number FROM reservation_wishes
                    WHERE work = ? AND state = 'pending' AND act = 'reserve'
                    """, arguments: [work.sha256])
        }
    }

    /// Removes a work, and every model that learned from it.
    ///
    /// The work's file stays in the trash for 30 days. The models and their files are deleted at
    /// once, so that nothing more is made from the work; trained again from the restored work they
    /// have the same bytes. Other devices follow at their next sync. Generations stay, flagged.
    ///
    /// - Parameter forGood: Whether the work's file is deleted at once too.
    /// - Throws: ``TrashError/tooLongToKeep(name:)``.
    public func remove(_ id: WorkID, forGood: Bool = false) throws -> WorkRemoval {
        let removal = try consequences(ofRemoving: id)
        try context.freeingRoom {
            try context.store.write { database in
                for model in removal.models {
                    try trash.remove(
                        .model, model.id, forGood: true, because: removal.work.id, database)
                }
                for generation in removal.generations {
                    try generations.flagWithdrawn(generation.id, database)
                }
                try trash.remove(.work, removal.work.id, forGood: forGood, database)
                let files =
                    try others(with: removal.work.sha256, database)
                    ? [] : [removal.work.sha256].compactMap { Digest(hex: $0) }
                for file in files { try works.reservations.endWith(removed: file, database) }
                try registrar.withdraw(
                    works: files,
                    models: removal.models.compactMap { Digest(hex: $0.digest) }, database)
            }
        }
        try context.freeingRoom(trash.sweepFiles)
        return removal
    }

    /// After changes of other devices were applied: removes the models whose works a device
    /// removed, and flags the generations made here from removed works.
    ///
    /// A work without a removal entry has no effect: it may not have arrived yet, or may be
    /// withheld.
    func follow() throws {
        try context.store.write { database in
            let orphans = try Row.fetchAll(
                database,
                sql: """
                    SELECT models.id, models.digest, min(model_works.work_id) AS work_id
                    FROM models JOIN model_works ON model_works.model_id = models.id
                    WHERE work_id IN (SELECT id FROM removals WHERE kind = 'work')
                    AND work_id NOT IN (SELECT id FROM works) GROUP BY models.id
                    """
            ).map(StoredRow.init)
            var models: [Digest] = []
            for orphan in orphans {
                guard let id = orphan.id("id", as: ModelID.self) else { continue }
                try trash.remove(
                    .model, id, forGood: true, because: orphan.id("work_id"), database)
                if let digest = Digest(hex: orphan.text("digest")) { models.append(digest) }
            }
            let works = try erasures.removals(database).map(\.work).filter {
                try registrar.knows(work: $0, database) && !others(with: $0.description, database)
            }
            for work in works { try self.works.reservations.endWith(removed: work, database) }
            try registrar.withdraw(works: works, models: models, database)
            try generations.flagOwnOfRemovedWorks(database)
        }
    }

    /// Whether another work has the same file, as where two devices added it.
    private func others(with sha256: String, _ database: Database) throws -> Bool {
        try Int.fetchOne(
            database, sql: "SELECT 1 FROM works WHERE sha256 = ? LIMIT 1", arguments: [sha256])
            != nil
    }
}
