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

    /// Removes a generation on all devices; its picture stays in the trash for 30 days.
    ///
    /// The credit stays spent, and drawing the same again stays free. Pictures that were picked
    /// from a sheet stay.
    ///
    /// - Parameter forGood: The picture goes at once.
    public func removeGeneration(_ name: String, forGood: Bool = false) throws -> Generation {
        let lock = try LibraryLock(folder.lock)
        defer { withExtendedLifetime(lock) {} }
        let generation = try generation(name)
        try noteFinished()
        try store.write { try remove(.generation, generation.id, forGood: forGood, $0) }
        try sweepFiles()
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
}
