import GRDB
import StyleKit
import SyncKit

/// A work that looks nearly like another: scaled, recompressed, toned, turned or mirrored.
public struct Resemblance: Codable, Equatable, Sendable {
    /// The work that was there.
    public let work: WorkID
    /// What the artist calls it.
    public let title: String
    /// How many bits of 256 differ between the fingerprints, at most `Fingerprint.matchDistance`.
    public let differingBits: Int
}

extension WorkCatalog {
    /// The work that looks most like a picture, turned and mirrored ones included; nil if none does
    /// or the picture is too flat to tell.
    ///
    /// Works keep their fingerprints, so no picture is decoded again.
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
