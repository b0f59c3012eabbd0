import SyncKit

extension SyncService {
    /// What lost in the last 30 days, newest first.
    public func conflicts() throws -> [LibraryConflict] {
        try context.store.conflicts().map(LibraryConflict.init)
    }

    /// Writes the lost values again, on all devices, and takes the conflict off the list.
    ///
    /// - Throws: ``LibraryError/unknown(_:name:)``.
    public func restoreConflict(_ id: Int) throws -> LibraryConflict {
        let conflict = try conflict(id)
        try context.store.restore(Int64(clamping: id))
        return conflict
    }

    /// Takes a conflict off the list; nothing else changes.
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
