import Fingerprints
import GRDB
import StyleKit
import SyncKit

/// A work that looks nearly like another: scaled, recompressed, toned, turned or mirrored.
public struct Resemblance: Codable, Equatable, Sendable {
    /// The work in the library.
    public let work: WorkID
    /// Its title.
    public let title: String
    /// The number of differing bits of the 256-bit fingerprints, at most
    /// `Fingerprint.matchDistance`.
    public let differingBits: Int
}

extension WorkCatalog {
    /// The work whose fingerprint is closest to a picture's, in any of the eight orientations; nil
    /// if none is close enough or the picture is too flat to have a reliable fingerprint.
    ///
    /// The fingerprints are stored, so no picture is decoded.
    func resemblance(of reading: FingerprintReading) throws -> Resemblance? {
        guard reading.isReliable else { return nil }
        let rows = try context.store.read { database in
            try Row.fetchWhole(
                database,
                sql: "SELECT id, title, fingerprint FROM works WHERE fingerprint <> '' ORDER BY id")
        }
        let near = rows.compactMap { row -> Resemblance? in
            let fields = StoredRow(row)
            guard let id = fields.id("id", as: WorkID.self),
                let known = Fingerprint(hex: fields.text("fingerprint"))
            else { return nil }
            let distance = reading.distance(to: known)
            guard distance <= Fingerprint.matchDistance else { return nil }
            return Resemblance(work: id, title: fields.text("title"), differingBits: distance)
        }
        return near.min { $0.differingBits < $1.differingBits }
    }
}
