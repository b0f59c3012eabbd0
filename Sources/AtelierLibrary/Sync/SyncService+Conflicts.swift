import SignedObjects
import SyncKit
import SystemSupport

/// A value that lost against a concurrent one. Its JSON form is what `conflicts list --json`
/// prints.
public struct LibraryConflict: Codable, Equatable, Sendable {
    /// What happened.
    public enum Kind: String, Codable, Sendable {
        /// Two devices wrote the same columns; the later write was kept.
        case overwritten
        /// One device removed a row that another wrote to.
        case removed
        /// Two rows had a value that only one may have.
        case duplicate
    }

    /// Its number on this device.
    public let id: Int
    /// What happened.
    public let kind: Kind
    /// The table: `works`, `work_tags`, `models`, `model_works`, `generations`.
    public let table: String
    /// The row.
    public let row: RowID
    /// The lost values by column; numbers as decimal text, bytes in hexadecimal.
    public let lost: [String: String]
    /// The kept values by column; empty where the row was removed.
    public let standing: [String: String]
    /// When this device found it.
    public let foundAt: Moment

    init(_ conflict: Conflict) {
        id = Int(clamping: conflict.id)
        kind =
            switch conflict.kind {
            case .cellOverwritten, .cycleBroken, .referenceCleared: .overwritten
            case .rowDeleted, .deletedWithRow: .removed
            case .duplicateValue: .duplicate
            }
        table = conflict.table
        row = RowID(conflict.key.bytes) ?? .none
        lost = conflict.lost.mapValues(Self.text)
        standing = conflict.standing.mapValues(Self.text)
        foundAt = Moment(column: Int64(clamping: conflict.foundMilliseconds))
    }

    private static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: ""
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let bytes): CheckedText.shown(String(decoding: bytes, as: UTF8.self))
        case .blob(let bytes): Hexadecimal.encode(bytes)
        }
    }
}

extension SyncService {
    /// The conflicts of the last 30 days, newest first.
    public func conflicts() throws -> [LibraryConflict] {
        try context.store.conflicts().map(LibraryConflict.init)
    }

    /// Writes the lost values again, on all devices, and removes the conflict from the list.
    ///
    /// - Throws: ``LibraryError/unknown(_:name:)``.
    public func restoreConflict(_ id: Int) throws -> LibraryConflict {
        let conflict = try conflict(id)
        try context.store.restore(Int64(clamping: id))
        return conflict
    }

    /// Removes a conflict from the list; the kept values stay.
    ///
    /// - Throws: ``LibraryError/unknown(_:name:)``.
    public func dismissConflict(_ id: Int) throws -> LibraryConflict {
        let conflict = try conflict(id)
        try context.store.dismiss(Int64(clamping: id))
        return conflict
    }

    private func conflict(_ id: Int) throws -> LibraryConflict {
        guard let found = try conflicts().first(where: { $0.id == id }) else {
            throw LibraryError.unknown(.conflict, name: String(id))
        }
        return found
    }
}
