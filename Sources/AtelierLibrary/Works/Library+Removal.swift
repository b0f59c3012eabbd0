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

    /// Removes a work, every model that learned from it, and their files.
    ///
    /// Other devices delete theirs at their next sync. Generations stay, flagged.
    public func removeWork(_ name: String) throws -> WorkRemoval {
        let removal = try consequences(ofRemoving: name)
        try store.write { database in
            for model in removal.models { try delete(model: model.id, database) }
            for generation in removal.generations {
                try database.execute(
                    sql: "UPDATE generations SET source_withdrawn = 1 WHERE id = ?",
                    arguments: [generation.id.data])
            }
            try database.execute(
                sql: "DELETE FROM work_tags WHERE work_id = ?", arguments: [removal.work.id.data])
            try database.execute(
                sql: "DELETE FROM works WHERE id = ?", arguments: [removal.work.id.data])
        }
        try sweepFiles()
        return removal
    }

    func delete(model: RowID, _ database: Database) throws {
        try database.execute(
            sql: "DELETE FROM model_works WHERE model_id = ?", arguments: [model.data])
        try database.execute(sql: "DELETE FROM models WHERE id = ?", arguments: [model.data])
    }

    /// After other devices' changes came: models made here go whose works went, and generations
    /// made here from a removed work are flagged.
    ///
    /// Only the device that made a model knows that it had every work of it: on another one a work
    /// may be missing because it has not come yet.
    func followWithdrawals() throws {
        try store.write { database in
            let orphans = try Data.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT id FROM models WHERE device = ? AND id IN (
                    SELECT model_id FROM model_works WHERE work_id NOT IN (SELECT id FROM works))
                    """,
                arguments: [device.description])
            for orphan in orphans.compactMap({ RowID($0) }) { try delete(model: orphan, database) }
            try database.execute(
                sql: """
                    UPDATE generations SET source_withdrawn = 1
                    WHERE device = ? AND source_withdrawn = 0 AND json_valid(sources) AND EXISTS (
                    SELECT 1 FROM json_each(generations.sources) AS source
                    WHERE source.key NOT IN (SELECT lower(hex(id)) FROM works))
                    """,
                arguments: [device.description])
        }
    }

    /// Deletes the files of works, models and pictures that no row names, and crash leftovers.
    func sweepFiles() throws {
        let lock = try LibraryLock(folder.filesLock, waits: true)
        defer { withExtendedLifetime(lock) {} }
        let names = try store.read { database in
            let works = try String.fetchAll(
                database, sql: "SELECT sha256 || '.' || format FROM works")
            let models = try String.fetchAll(database, sql: "SELECT digest || '.model' FROM models")
            return (works: Set(works), models: Set(models))
        }
        try sweep(folder.works) { names.works.contains($0) }
        try sweep(folder.models) { names.models.contains($0) }
        // Pictures and sketches stay: a paid picture without a row may still be finished.
    }

    /// Deletes what a crash left half written beside the pictures; only while nobody generates.
    func sweepLeftovers() throws {
        try sweep(folder.generations) { !LibraryFile.isLeftover($0) }
    }

    private func sweep(_ folder: URL, keeping isNamed: (String) -> Bool) throws {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for file in files where !isNamed(file) && (isOurs(file) || LibraryFile.isLeftover(file)) {
            try LibraryFile.remove(folder.appending(path: file))
        }
    }

    /// A file that somebody else put there is left alone.
    private func isOurs(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && Digest(hex: String(parts[0])) != nil
    }
}
