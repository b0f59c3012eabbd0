import AtelierProtocol
import Fingerprints
import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit
import SystemSupport

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

extension WorkCatalog {
    /// The fingerprints of works, by work; those that no row holds are read from the files.
    ///
    /// - Throws: ``LibraryError/elsewhere(kind:device:)`` where a file is needed and not here.
    func readings(of works: [Work]) throws -> [WorkID: FingerprintReading] {
        var readings = try storedReadings(of: works)
        for work in works where readings[work.id] == nil {
            guard let file = work.location(in: context.folder) else {
                throw LibraryError.elsewhere(kind: "work", device: work.deviceName)
            }
            let bytes = try LibraryFile.read(
                file, unchangedFrom: work.sha256,
                otherwise: "it is not the file that was added; add the original again")
            do {
                readings[work.id] = try PictureSurvey(of: bytes).fingerprint
            } catch {
                throw LibraryError.notAPicture(path: file.shownPath, reason: error.description)
            }
        }
        return readings
    }

    /// The fingerprints that rows hold, by work.
    func storedReadings(of works: [Work]) throws -> [WorkID: FingerprintReading] {
        try context.store.read { database in
            var readings: [WorkID: FingerprintReading] = [:]
            for work in works {
                let text = try String.fetchOne(
                    database, sql: "SELECT reading FROM works WHERE id = ?",
                    arguments: [work.id.data])
                readings[work.id] = text.flatMap {
                    try? CanonicalJSON.decode(FingerprintReading.self, from: Data($0.utf8))
                }
            }
            return readings
        }
    }

    /// Refuses works that look like what somebody else reserved since they were added.
    ///
    /// A work is let through where a case about it and the reservation ended in the account's
    /// favour, as far as this device knows.
    ///
    /// - Throws: ``RightsError/reserved(name:number:differingBits:isTraining:)`` for the first.
    func checkReservations(of works: [Work]) throws {
        let readings = try readings(of: works)
        let known = works.compactMap { work in readings[work.id].map { (work, $0) } }
        let pictures = known.map { ReservationList.Picture(sha256: $0.sha256, reading: $1) }
        for (entry, match) in zip(known, try reservations.matches(of: pictures)) {
            guard let match else { continue }
            throw RightsError(match, name: "The work \"\(entry.0.title)\"", isTraining: true)
        }
    }
}

extension RightsError {
    init(_ match: ReservationList.Match, name: String, isTraining: Bool = false) {
        self = .reserved(
            name: name, number: Int(clamping: match.number), differingBits: match.distance,
            isTraining: isTraining)
    }
}
