import AtelierProtocol
import CreditLedger
import Fingerprints
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// The community's list of works that nobody else may train on, as of the last sync.
///
/// Owns the table `reservations`, which stays on this device, so that works are checked offline.
struct ReservationList: Sendable {
    /// A reservation that a picture is near to.
    struct Match: Equatable {
        /// The reservation's number.
        let number: Int64
        /// In how many of 256 bits the fingerprints differ.
        let distance: Int
    }

    let context: LibraryContext

    /// A picture that is compared with the list.
    struct Picture {
        /// SHA-256 of its file, hexadecimal.
        let sha256: String
        /// Its fingerprints.
        let reading: FingerprintReading
    }

    /// The reservation of somebody else that each picture is nearest to, if it is near to any.
    ///
    /// A picture with too little detail for a reliable fingerprint is near to none; one that a case
    /// has left to the account is not compared with what that case was about.
    ///
    /// - Returns: One entry for each picture.
    func matches(of pictures: [Picture]) throws -> [Match?] {
        guard pictures.contains(where: \.reading.isReliable) else {
            return pictures.map { _ in nil }
        }
        let entries = try others()
        let settled = SettledPairs(try context.storedCases())
        return pictures.map { picture in
            let reading = picture.reading
            guard reading.isReliable else { return nil }
            var nearest: Match?
            for entry in entries {
                let distance = reading.distance(to: entry.fingerprint)
                guard distance <= Fingerprint.matchDistance, distance < nearest?.distance ?? .max
                else { continue }
                let match = Match(number: entry.number, distance: distance)
                if !settled.clears(picture.sha256, of: match) { nearest = match }
            }
            return nearest
        }
    }

    /// The number of the account's own reservation of a picture; nil where none is in force.
    func ownNumber(of fingerprint: Fingerprint) throws -> Int64? {
        guard let account = context.account else { return nil }
        return try context.store.read { database in
            try Int64.fetchOne(
                database, sql: "SELECT number FROM reservations WHERE tag = ? AND fingerprint = ?",
                arguments: [
                    Data(ReservationEntry.ownerTag(account, fingerprint)), Data(fingerprint.bytes),
                ])
        }
    }

    /// Brings the list up to date: what changed after the serial of the last sync.
    ///
    /// A list that the server cannot have made is refused, and the one before stays.
    ///
    /// - Throws: ``ReservationListError``, `ReservationPageError`, `JWSError`; `HTTPFailure`,
    ///   `Problem`.
    func pull(over connection: ServerConnection, serverKey: VerifyingKey) async throws {
        var state = try context.store.read { try State($0) }
        // A restored server has a higher epoch, and its list begins anew: once a sync, and in place
        // of the one before when it is whole.
        var anew: [ReservationEntry]?
        for _ in 0..<Limits.reservationPages {
            let page = try await connection.get(
                "\(ReservationPage.target)?after=\(state.serial)", as: ReservationPage.self)
            let (head, entries) = try page.verified(by: serverKey, after: state.serial)
            guard head.isPlausible(at: connection.clock.own.time) else {
                throw ReservationListError.epochAhead
            }
            if state.epoch > 0, head.epoch != state.epoch {
                guard head.epoch > state.epoch, anew == nil else {
                    throw ReservationListError.olderServer
                }
                state = State(serial: 0, epoch: head.epoch)
                anew = []
                continue
            }
            try check(head, entries, after: state.serial)
            state = State(serial: head.through, epoch: head.epoch)
            let isEnd = head.through == head.last
            if let known = anew {
                anew = known + entries
                guard (anew?.count ?? 0) <= RightsLimits.reservations else {
                    throw ReservationListError.tooLarge(limit: RightsLimits.reservations)
                }
                if isEnd { return try apply(anew ?? [], state, anew: true) }
            } else {
                try apply(entries, state)
            }
            if isEnd { return }
        }
        // A longer list goes on at the next sync.
    }

    /// Where the list is.
    private struct State {
        var serial: Int64
        /// The server's epoch; 0 before the first page.
        var epoch: Int

        init(serial: Int64, epoch: Int) {
            (self.serial, self.epoch) = (serial, epoch)
        }

        init(_ database: Database) throws {
            let range = NumberRange.sequence
            serial = try LocalValue.reservationSerial.readNumber(in: range, database) ?? 0
            let number = try LocalValue.reservationEpoch.readNumber(in: range, database)
            epoch = Int(clamping: number ?? 0)
        }

        func write(_ database: Database) throws {
            try LocalValue.reservationSerial.write(String(serial), database)
            try LocalValue.reservationEpoch.write(String(epoch), database)
        }
    }

    private func check(
        _ head: ReservationListHead, _ entries: [ReservationEntry], after serial: Int64
    ) throws(ReservationListError) {
        guard head.last >= serial else { throw .fallingSerial(from: serial, to: head.last) }
        guard head.through >= serial, head.through <= head.last else { throw .gap }
        // A page that does not reach the end has to bring something.
        guard head.through > serial || head.through == head.last else { throw .gap }
        guard head.through > serial || entries.isEmpty else { throw .gap }
    }

    private func apply(
        _ entries: [ReservationEntry], _ state: State, anew: Bool = false
    ) throws {
        try context.store.write { database in
            if anew { try database.execute(sql: "DELETE FROM reservations") }
            for entry in entries {
                guard entry.isInForce else {
                    try database.execute(
                        sql: "DELETE FROM reservations WHERE number = ?",
                        arguments: [entry.number])
                    continue
                }
                try database.execute(
                    sql: """
                        INSERT OR REPLACE INTO reservations(number, tag, fingerprint)
                        VALUES(?, ?, ?)
                        """,
                    arguments: [
                        entry.number, Data(entry.tag), Data(entry.fingerprint.bytes),
                    ])
            }
            let count =
                try Int.fetchOne(database, sql: "SELECT count(*) FROM reservations") ?? 0
            guard count <= RightsLimits.reservations else {
                throw ReservationListError.tooLarge(limit: RightsLimits.reservations)
            }
            try state.write(database)
        }
    }

    /// What others reserved.
    private func others() throws -> [(number: Int64, fingerprint: Fingerprint)] {
        let account = context.account
        return try context.store.read { database in
            var entries: [(number: Int64, fingerprint: Fingerprint)] = []
            let rows = try Row.fetchCursor(
                database, sql: "SELECT number, tag, fingerprint FROM reservations ORDER BY number")
            while let row = try rows.next() {
                guard let number = Int64.fromDatabaseValue(row[0]),
                    let bytes = Data.fromDatabaseValue(row[2]),
                    let fingerprint = Fingerprint(bytes: Array(bytes))
                else { continue }
                let tag = Data.fromDatabaseValue(row[1]).map { Array($0) }
                let own = account.map { ReservationEntry.ownerTag($0, fingerprint) }
                if own == nil || tag != own { entries.append((number, fingerprint)) }
            }
            return entries
        }
    }
}

/// Why the server's list of reservations was refused; the list before stays.
enum ReservationListError: ServiceError {
    /// Its serial lies before the one that this device has seen.
    case fallingSerial(from: Int64, to: Int64)
    /// Its pages do not follow each other.
    case gap
    /// It has more reservations than a list may hold.
    case tooLarge(limit: Int)
    /// It is of an earlier state of the server than this device has seen.
    case olderServer
    /// Its epoch lies further ahead than a server's can.
    case epochAhead

    var kind: Failure.Kind { .other }
    var nextStep: NextStep? { nil }

    var description: String {
        let what =
            switch self {
            case .fallingSerial(let known, let told):
                "It goes to serial \(told), and this device has seen \(known)."
            case .gap: "Its pages do not follow each other."
            case .tooLarge(let limit): "It has more than \(limit) entries."
            case .olderServer: "It is of an earlier state of the server."
            case .epochAhead:
                "It is of a later time than this device's clock allows. Check the clock."
            }
        return "The server's list of reservations was refused, and the one before stays. \(what) "
            + "Ask the operator if this stays."
    }
}
