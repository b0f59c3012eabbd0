public import Foundation
import GRDB
import StyleKit
import SyncKit

extension GenerationService {
    /// Looks for the hidden mark of a generation in a picture, however it came here.
    ///
    /// It outlives JPEG, scaling, crops and mirrors, but can be removed or copied: no proof.
    ///
    /// - Parameter file: A PNG, JPEG or WebP file; it is looked at and not kept.
    /// - Returns: nil where no mark is found.
    /// - Throws: ``LibraryError/notAPicture(path:reason:)`` and others.
    public func findMark(in file: URL) throws -> FoundMark? {
        let picture = try PictureFile(reading: file).picture
        guard let reading = GenerationMark.read(picture) else { return nil }
        let digits = String(reading.payload, radix: 16)
        let start = String(repeating: "0", count: 8 - digits.count) + digits
        let rows = try context.store.read { database in
            try Row.fetchWhole(
                database,
                sql: """
                    SELECT * FROM generations WHERE substr(body, 1, 8) = ?
                    ORDER BY created_at, id
                    """,
                arguments: [start])
        }
        return FoundMark(
            bodyStart: start, strength: Double(reading.strength), scale: reading.scale,
            isMirrored: reading.isMirrored,
            generations: rows.map { Generation(Fields($0), folder: context.folder) })
    }
}
