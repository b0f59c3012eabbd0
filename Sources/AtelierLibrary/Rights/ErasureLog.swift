import AtelierProtocol
import Foundation
import GRDB
import SignedObjects
import SyncKit
import SystemSupport

/// What each device has said about removed works of which it holds nothing any more.
///
/// Owns the synced table `erasures`.
struct ErasureLog: Sendable {
    let context: LibraryContext

    /// A removed work.
    struct Removal {
        let id: RowID
        let work: Digest
        let removedAt: UnixTime
        let keptUntil: UnixTime
        /// Whether its row can still be restored.
        let isInTrash: Bool
        /// The name of the file of the work.
        let file: LibraryFileName?
    }

    /// After files were swept: says for every removed work of which this device holds nothing that
    /// it is gone. What SQLite or the engine might still hold of it is erased before.
    func note() throws {
        let (removals, known) = try context.store.read { database in
            (
                try self.removals(database).filter { !$0.isInTrash },
                try String.fetchAll(
                    database, sql: "SELECT statement FROM erasures WHERE device = ?",
                    arguments: [context.device.description])
            )
        }
        guard !removals.isEmpty else { return }
        let said = known.compactMap { try? JWS<ErasureStatement>.unverifiedPayload(of: $0) }
        // A work that was added and removed again is said to be gone again; so is one that was gone
        // before this device had a certificate to say it with.
        let isCertified = context.membership.certificate != nil
        let new = removals.filter { removal in
            !said.contains {
                $0.work == removal.work && $0.time >= removal.removedAt
                    && ($0.deviceCertificate != nil || !isCertified)
            }
        }
        guard !new.isEmpty else { return }
        let living = try context.store.read { database in
            try Set(String.fetchAll(database, sql: "SELECT sha256 FROM works"))
        }
        var gone: [(removal: Removal, models: [Digest])] = []
        for removal in new where !living.contains(removal.work.description) {
            let models = try context.store.read { try self.models(of: removal.id, $0) }
            if try isGone(removal, models) { gone.append((removal, models)) }
        }
        guard !gone.isEmpty else { return }
        let rows = try gone.map { try context.store.read(rowsErased(with: $0.removal)) }
        guard try context.store.erase(rows.flatMap { $0 }) else {
            // Another program reads an older state; the next sweep tries again.
            return
        }
        for entry in gone { try store(entry.removal, entry.models) }
    }

    /// The removals of works that are not restored, the last one first.
    func removals(_ database: Database) throws -> [Removal] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT id, files, removed_at, keep_until, contents <> '' AS is_kept FROM removals
                WHERE kind = 'work' ORDER BY removed_at DESC, id
                """
        ).map(StoredRow.init).compactMap { row in
            let names = try? JSONDecoder().decode(
                [String].self, from: Data(row.rawText("files").utf8))
            guard let id = row.id("id", as: RowID.self),
                let file = names?.first.flatMap({ LibraryFileName($0) }),
                let digest = file.digest
            else { return nil }
            return Removal(
                id: id, work: digest, removedAt: row.moment("removed_at").time,
                keptUntil: row.moment("keep_until").time, isInTrash: row.isSet("is_kept"),
                file: file)
        }
    }

    /// The files of the models that were removed with a work, ascending.
    func models(of removal: RowID, _ database: Database) throws -> [Digest] {
        let files = try String.fetchAll(
            database, sql: "SELECT files FROM removals WHERE kind = 'model' AND cause = ? LIMIT ?",
            arguments: [removal.data, Limits.modelsPerCertificate])
        let names = files.flatMap { text in
            (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? []
        }
        return Set(names.compactMap { LibraryFileName($0)?.digest }).sorted()
    }

    /// The compact statements about a work, by device.
    func statements(about work: Digest, _ database: Database) throws -> [String] {
        try String.fetchAll(
            database,
            sql: """
                SELECT statement FROM erasures WHERE work_sha256 = ? ORDER BY device, id LIMIT ?
                """, arguments: [work.description, Limits.devicesPerCertificate])
    }

    private func isGone(_ removal: Removal, _ models: [Digest]) throws -> Bool {
        let files = [removal.file].compactMap { $0 }
        let isThere = files.contains { name in
            LibraryFile.exists(name.place(in: context.folder))
                || LibraryFile.exists(name.trashPlace(in: context.folder))
        }
        guard !isThere else { return false }
        let living = try context.store.read { database in
            try Set(String.fetchAll(database, sql: "SELECT digest FROM models"))
        }
        // A model that was trained again from the restored work is another matter.
        return models.allSatisfy { model in
            living.contains(model.description)
                || !LibraryFile.exists(context.folder.model(model))
        }
    }

    /// The rows whose values must not be left anywhere.
    private func rowsErased(
        with removal: Removal
    ) -> (Database) throws -> [(table: String, key: RowKey)] {
        { database in
            var rows: [(table: String, key: RowKey)] = []
            if let key = RowKey(removal.id.bytes) {
                rows += [("works", key), ("removals", key)]
            }
            let models = try Data.fetchAll(
                database, sql: "SELECT id FROM removals WHERE kind = 'model' AND cause = ?",
                arguments: [removal.id.data])
            for key in models.compactMap({ RowKey($0) }) {
                rows += [("models", key), ("removals", key)]
            }
            return rows
        }
    }

    private func store(_ removal: Removal, _ models: [Digest]) throws {
        let statement = try JWS(
            signing: ErasureStatement(
                work: removal.work, models: models, deviceName: context.deviceName,
                deviceKey: context.deviceKeys.signing.verifyingKey,
                deviceCertificate: context.membership.certificate,
                time: max(try context.now(), removal.removedAt)),
            with: context.deviceKeys.signing)
        let id = context.newLinkID()
        try context.store.write { database in
            try database.execute(
                sql: """
                    INSERT INTO erasures(id, work_sha256, statement, device) VALUES(?, ?, ?, ?)
                    """,
                arguments: [
                    id.data, removal.work.description, statement.compact,
                    context.device.description,
                ])
        }
    }
}
