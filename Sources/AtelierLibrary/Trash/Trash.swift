import Foundation
import GRDB
import SignedObjects
import SyncKit

/// A removed object that can be restored. Its JSON form is what `works trash --json` prints.
public struct TrashedObject: Codable, Equatable, Sendable {
    /// Its id, which a restored object keeps.
    public let id: RowID
    /// What it was.
    public let kind: RemovedKind
    /// A work's title, a model's name, or the name of the model that a picture was made with.
    public let name: String
    /// When it was removed.
    public let removedAt: Moment
    /// When it is deleted for good; a device that learns of the removal later keeps its file
    /// longer.
    public let keptUntil: Moment
    /// The name of the device that removed it.
    public let deviceName: String
    /// Whether its file is in the trash of this device.
    public let isHere: Bool
}

/// What a removed row was.
public enum RemovedKind: String, Codable, Sendable {
    /// A work.
    case work
    /// A model.
    case model
    /// A generated picture, or a sheet of drafts.
    case generation

    /// The table of its rows.
    var table: String { rawValue + "s" }

    /// The column with the name that people know it by.
    var nameColumn: String {
        switch self {
        case .work: "title"
        case .model: "name"
        case .generation: "model_name"
        }
    }

    /// The table of the rows that are removed and restored with it, their column for its id, and
    /// their value; nil where there are none.
    var companions: (table: String, owner: String, value: String)? {
        switch self {
        case .work: ("work_tags", "work_id", "tag")
        case .model: ("model_works", "model_id", "work_id")
        case .generation: nil
        }
    }
}

/// The removed works, style models and pictures that can be restored.
///
/// Owns the tables `removals`, the synced entries of what was removed, and `trashed_files`, which
/// lists the files in this device's trash folder.
public struct Trash: Sendable {
    let context: LibraryContext
    let erasures: ErasureLog

    /// The objects that can be restored, the last removed first.
    public func all() throws -> [TrashedObject] {
        try context.store.read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM removals WHERE contents <> '' ORDER BY removed_at DESC, id")
        }.map(StoredRow.init).compactMap(trashed)
    }

    /// Restores an object on all devices, with its old id.
    ///
    /// - Throws: ``TrashError/notInTrash(name:)``,
    ///   ``TrashError/notRestorable(name:reason:)``, ``ModelError/nameTaken(_:)``.
    public func restore(_ id: RowID) throws -> TrashedObject {
        let object = try object(id)
        try context.store.write { database in
            let text = try String.fetchOne(
                database, sql: "SELECT contents FROM removals WHERE id = ?",
                arguments: [object.id.data])
            guard let row = text.flatMap(RemovedRow.init(text:)) else {
                throw TrashError.notRestorable(
                    name: object.name,
                    reason: "cannot be restored: its entry in the trash is damaged.")
            }
            try checkRoom(for: object, row, database)
            try row.insert(object.kind, object.id, database, newID: context.newLinkID)
            try database.execute(
                sql: "DELETE FROM removals WHERE id = ?", arguments: [object.id.data])
            if object.kind == .work { try unflagGenerations(database) }
        }
        try sweepFiles()
        return object
    }

    /// Deletes an object in the trash for good, on all devices.
    ///
    /// - Throws: ``TrashError/notInTrash(name:)``.
    public func erase(_ id: RowID) throws -> TrashedObject {
        let object = try object(id)
        try context.freeingRoom {
            try context.store.write { database in
                try database.execute(
                    sql: """
                        UPDATE removals SET contents = '', name = '', keep_until = removed_at
                        WHERE id = ?
                        """, arguments: [object.id.data])
            }
        }
        try context.freeingRoom(sweepFiles)
        return object
    }

    /// Removes a row and those that belong to it, and enters the removal for all devices.
    ///
    /// - Parameters:
    ///   - forGood: Whether its files are deleted at once, so that it cannot be restored.
    ///   - cause: For a model that is removed with a work: the work.
    func remove(
        _ kind: RemovedKind, _ id: some RowIdentifier, forGood: Bool, because cause: WorkID? = nil,
        _ database: Database
    ) throws {
        guard let row = try RemovedRow(kind, RowID(id), database) else { return }
        let name = row.text(kind.nameColumn)
        let contents = forGood ? "" : try row.text
        guard contents.utf8.count <= Limits.removedRowBytes else {
            throw TrashError.tooLongToKeep(name: String(name.prefix(64)))
        }
        let now = try context.environment.now() + .milliseconds(clockOffset(database))
        let until = forGood ? now : now + Limits.trashTime
        let files = LibraryFileName.files(of: row, kind).map(\.text)
        try database.execute(
            sql: """
                INSERT INTO removals(id, kind, name, files, contents, removed_at, keep_until,
                device, device_name, cause) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT(id) DO UPDATE SET kind = excluded.kind, name = excluded.name,
                files = excluded.files, contents = excluded.contents,
                removed_at = excluded.removed_at, keep_until = excluded.keep_until,
                device = excluded.device, device_name = excluded.device_name,
                cause = excluded.cause
                """,
            arguments: [
                id.data, kind.rawValue, forGood ? "" : name,
                String(decoding: try JSONEncoder().encode(files), as: UTF8.self), contents,
                now.milliseconds, until.milliseconds, context.device.description,
                context.deviceName, cause?.data,
            ])
        if let companion = kind.companions {
            try database.execute(
                sql: "DELETE FROM \(companion.table) WHERE \(companion.owner) = ?",
                arguments: [id.data])
        }
        try database.execute(
            sql: "DELETE FROM \(kind.table) WHERE id = ?", arguments: [id.data])
    }

    private func clockOffset(_ database: Database) throws -> Int64 {
        try LocalValue.clockOffset.readNumber(in: LocalValue.offsets, database) ?? 0
    }

    private func object(_ id: RowID) throws -> TrashedObject {
        guard let object = try all().first(where: { $0.id == id }) else {
            throw TrashError.notInTrash(name: id.short)
        }
        return object
    }

    private func trashed(_ fields: StoredRow) -> TrashedObject? {
        guard let id = fields.id("id", as: RowID.self),
            let kind = RemovedKind(rawValue: fields.text("kind"))
        else { return nil }
        let names = try? JSONDecoder().decode(
            [String].self, from: Data(fields.rawText("files").utf8))
        let file = names?.first.flatMap { LibraryFileName($0) }
        return TrashedObject(
            id: id, kind: kind, name: fields.text("name"),
            removedAt: fields.moment("removed_at"), keptUntil: fields.moment("keep_until"),
            deviceName: fields.text("device_name"),
            isHere: file.map { LibraryFile.exists($0.trashPlace(in: context.folder)) } ?? false)
    }

    /// Checks that nothing in the library has taken the object's place.
    private func checkRoom(
        for object: TrashedObject, _ row: RemovedRow, _ database: Database
    ) throws {
        let isThere = { (sql: String, value: DatabaseValue) in
            try Int.fetchOne(database, sql: "SELECT 1 FROM \(sql) = ? LIMIT 1", arguments: [value])
                != nil
        }
        let fail = { (reason: String) -> TrashError in
            .notRestorable(name: object.name, reason: reason)
        }
        if try isThere("\(object.kind.table) WHERE id", object.id.data.databaseValue) {
            throw fail("is in the library already.")
        }
        switch object.kind {
        case .work:
            let pixels = row.text("pixel_hash")
            if try isThere("works WHERE pixel_hash", pixels.databaseValue) {
                throw fail("was added again since then; that work is in the list.")
            }
        case .model:
            let name = row.text("name")
            if try isThere("models WHERE name", name.databaseValue) {
                throw ModelError.nameTaken(name)
            }
            for work in row.companions where try !isThere("works WHERE id", work.value) {
                throw fail(
                    "learned from a work that was removed since then. Restore that work first.")
            }
        case .generation: break
        }
    }

    /// Clears the flag of generations whose works are all in the library again.
    private func unflagGenerations(_ database: Database) throws {
        try database.execute(
            sql: """
                UPDATE generations SET source_withdrawn = 0
                WHERE source_withdrawn <> 0 AND json_valid(sources) AND NOT EXISTS (
                SELECT 1 FROM json_each(generations.sources) AS source
                WHERE source.key NOT IN (SELECT lower(hex(id)) FROM works))
                """)
    }
}

/// Why something cannot be removed to the trash, restored or erased; nothing was changed.
public enum TrashError: ServiceError {
    /// Nothing in the trash has this id.
    case notInTrash(name: String)
    /// The object cannot be restored, for a reason that ends the sentence `"Heron" …`.
    case notRestorable(name: String, reason: String)
    /// The object's row is too long to be kept in the trash.
    case tooLongToKeep(name: String)

    var kind: Failure.Kind { .other }

    var nextStep: NextStep? {
        switch self {
        case .notInTrash: .listTrash
        case .notRestorable: nil
        case .tooLongToKeep: .removeForGood
        }
    }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .notInTrash(let name): "\"\(name)\" is not in the trash."
        case .notRestorable(let name, let reason): "\"\(name)\" \(reason)"
        case .tooLongToKeep(let name):
            "\"\(name)\" has too much text to be kept in the trash. It can only be removed for "
                + "good."
        }
    }
}
