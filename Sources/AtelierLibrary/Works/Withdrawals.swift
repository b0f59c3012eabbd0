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

    /// What the removal of a work would remove or flag; changes nothing.
    public func consequences(ofRemoving id: WorkID) throws -> WorkRemoval {
        let work = try works.work(id)
        let models = try styles.all().filter { $0.works.contains(work.id) }
        let ids = Set(models.map(\.id))
        let generations = try generations.all().filter { generation in
            generation.modelId.map(ids.contains) == true
                || generation.sources.contains { $0.work == work.id }
        }
        return WorkRemoval(work: work, models: models, generations: generations)
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
                    try trash.remove(.model, model.id, forGood: true, database)
                }
                for generation in removal.generations {
                    try generations.flagWithdrawn(generation.id, database)
                }
                try trash.remove(.work, removal.work.id, forGood: forGood, database)
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
            let orphans = try Data.fetchAll(
                database,
                sql: """
                    SELECT id FROM models WHERE id IN (
                    SELECT model_id FROM model_works WHERE work_id IN (
                    SELECT id FROM removals WHERE kind = 'work')
                    AND work_id NOT IN (SELECT id FROM works))
                    """)
            for orphan in orphans.compactMap({ ModelID($0) }) {
                try trash.remove(.model, orphan, forGood: true, database)
            }
            try generations.flagOwnOfRemovedWorks(database)
        }
    }
}
