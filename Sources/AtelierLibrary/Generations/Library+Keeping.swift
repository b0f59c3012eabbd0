import Foundation
import GRDB
import SignedObjects
import SyncKit

extension Library {
    /// Says how good a generation is, for the artist's own use.
    ///
    /// - Parameter rating: 1 to 5, or 0 for none.
    public func rateGeneration(_ name: String, _ rating: Int) throws -> Generation {
        guard (0...Limits.highestRating).contains(rating) else {
            throw LibraryError.badNumber(
                field: "rating", lowest: 0, highest: Int64(Limits.highestRating))
        }
        let generation = try generation(name)
        try store.write { database in
            try database.execute(
                sql: "UPDATE generations SET rating = ? WHERE id = ?",
                arguments: [rating, generation.id.data])
        }
        return try self.generation(generation.id.description)
    }

    /// Removes a generation on all devices, and its picture here.
    ///
    /// The credit stays spent, and drawing the same again stays free. Pictures that were picked
    /// from a sheet stay.
    public func removeGeneration(_ name: String) throws -> Generation {
        let lock = try LibraryLock(folder.lock)
        defer { withExtendedLifetime(lock) {} }
        let generation = try generation(name)
        try noteFinished()
        try store.write { database in
            try database.execute(
                sql: "DELETE FROM generations WHERE id = ?", arguments: [generation.id.data])
        }
        try removeFiles(of: generation)
        return generation
    }

    /// Keeps in mind which paid pictures were finished, so that one whose row is removed, here or
    /// on another device, does not count as cut off in the middle.
    func noteFinished() throws {
        try store.write { database in
            let stored = Set(try Self.finishedBodies(database))
            let rows = try String.fetchAll(
                database, sql: "SELECT body FROM generations WHERE device = ?",
                arguments: [device.description])
            let all = stored.union(rows)
            guard all != stored else { return }
            let json = try CanonicalJSON.encoder.encode(all.sorted())
            try LocalValue.finished.write(String(decoding: json, as: UTF8.self), database)
        }
    }

    /// The bodies that were finished here, of rows that may be gone.
    static func finishedBodies(_ database: Database) throws -> [String] {
        guard let text = try LocalValue.finished.read(database) else { return [] }
        return (try? CanonicalJSON.decoder.decode([String].self, from: Data(text.utf8))) ?? []
    }

    private func removeFiles(of generation: Generation) throws {
        let lock = try LibraryLock(folder.filesLock, waits: true)
        defer { withExtendedLifetime(lock) {} }
        let isNamed = { (column: String, digest: String) in
            try self.store.read { database in
                try Int.fetchOne(
                    database, sql: "SELECT 1 FROM generations WHERE \(column) = ? LIMIT 1",
                    arguments: [digest]) != nil
            }
        }
        if let digest = Digest(hex: generation.sha256),
            try !isNamed("sha256", generation.sha256)
        {
            try LibraryFile.remove(folder.generation(digest))
        }
        if let digest = Digest(hex: generation.sketchSha256),
            try !isNamed("sketch_sha256", generation.sketchSha256)
        {
            try LibraryFile.remove(folder.sketch(digest))
        }
    }
}
