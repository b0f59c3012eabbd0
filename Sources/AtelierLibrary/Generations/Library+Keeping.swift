import Foundation
import GRDB
import SignedObjects
import SyncKit

extension GenerationService {
    /// Says how good a generation is, for the artist's own use.
    ///
    /// - Parameter rating: 1 to 5, or 0 for none.
    public func rate(_ id: GenerationID, _ rating: Int) throws -> Generation {
        guard (0...Limits.highestRating).contains(rating) else {
            throw LibraryError.badNumber(
                field: "rating", lowest: 0, highest: Int64(Limits.highestRating))
        }
        _ = try generation(id)
        try context.store.write { database in
            try database.execute(
                sql: "UPDATE generations SET rating = ? WHERE id = ?",
                arguments: [rating, id.data])
        }
        return try generation(id)
    }

    /// Removes a generation on all devices; its picture stays in the trash for 30 days.
    ///
    /// The credit stays spent, and drawing the same again stays free. Pictures that were picked
    /// from a sheet stay.
    ///
    /// - Parameter forGood: The picture goes at once.
    public func remove(_ id: GenerationID, forGood: Bool = false) throws -> Generation {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        let generation = try generation(id)
        try noteFinished()
        try context.store.write {
            try trash.remove(.generation, generation.id, forGood: forGood, $0)
        }
        try trash.sweepFiles()
        return generation
    }
}
