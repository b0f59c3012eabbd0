import Foundation
import GRDB
import SignedObjects
import SyncKit

extension Library {
    /// What would go with a work; changes nothing.
    public func consequences(ofRemoving name: String) throws -> WorkRemoval {
        let work = try work(name)
        let models = try models().filter { $0.works.contains(work.id) }
        let ids = Set(models.map(\.id))
        let generations = try generations().filter { generation in
            generation.modelId.map(ids.contains) == true
                || generation.sources.contains { $0.work == work.id }
        }
        return WorkRemoval(work: work, models: models, generations: generations)
    }

    /// Removes a work, and every model that learned from it.
    ///
    /// The work's file stays in the trash for 30 days. The models and their files are gone at once,
    /// so that nothing is made from the work any more: who brings it back learns them again, to the
    /// same bytes. Other devices follow at their next sync. Generations stay, flagged.
    ///
    /// - Parameter forGood: The work's file goes at once too.
    /// - Throws: ``LibraryError/notRestorable(name:reason:)`` where the row is too long to be kept.
    public func removeWork(_ name: String, forGood: Bool = false) throws -> WorkRemoval {
        let removal = try consequences(ofRemoving: name)
        try store.write { database in
            for model in removal.models {
                try remove(.model, model.id, forGood: true, database)
            }
            for generation in removal.generations {
                try database.execute(
                    sql: "UPDATE generations SET source_withdrawn = 1 WHERE id = ?",
                    arguments: [generation.id.data])
            }
            try remove(.work, removal.work.id, forGood: forGood, database)
        }
        try sweepFiles()
        return removal
    }

    /// After other devices' changes came: models go whose works a device removed, and generations
    /// made here from a removed work are flagged.
    ///
    /// A work that is only missing takes nothing with it: it may not have come yet, or somebody may
    /// have kept it back.
    func followWithdrawals() throws {
        try store.write { database in
            let orphans = try Data.fetchAll(
                database,
                sql: """
                    SELECT id FROM models WHERE id IN (
                    SELECT model_id FROM model_works WHERE work_id IN (
                    SELECT id FROM removals WHERE kind = 'work')
                    AND work_id NOT IN (SELECT id FROM works))
                    """)
            for orphan in orphans.compactMap({ RowID($0) }) {
                try remove(.model, orphan, forGood: true, database)
            }
            try database.execute(
                sql: """
                    UPDATE generations SET source_withdrawn = 1
                    WHERE device = ? AND source_withdrawn = 0 AND json_valid(sources) AND EXISTS (
                    SELECT 1 FROM json_each(generations.sources) AS source WHERE source.key IN (
                    SELECT lower(hex(id)) FROM removals WHERE kind = 'work'
                    AND id NOT IN (SELECT id FROM works)))
                    """,
                arguments: [device.description])
        }
    }
}
