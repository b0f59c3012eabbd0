public import AtelierProtocol
import Fingerprints
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// A reservation of the account. Its JSON form is what `works reservations --json` lists.
public struct OwnReservation: Codable, Equatable, Sendable {
    /// Its number; left out where the server gave none yet.
    public let number: Int?
    /// How far it is, as of the last sync; left out where the server has not said.
    public let state: ReservationState?
    /// Whether it is on the list that stops others; one that is confirmed is off it as long as the
    /// account is suspended.
    public let isInForce: Bool
    /// What a moderator wrote about it; empty for nothing.
    public let words: String
    /// The work; left out where it is not in the library any more.
    public let work: WorkID?
    /// The work's title; empty without a work.
    public let title: String
    /// SHA-256 of the work's file, hexadecimal.
    public let sha256: String
    /// Whether its end is asked for with the next sync.
    public let isEnding: Bool
}

extension RightsService {
    /// The account's reservations as of the last sync, by number; offline.
    ///
    /// Those that are in force come with the community's list; those that another device made and
    /// that wait for a moderator are known to that device.
    public func ownReservations() throws -> [OwnReservation] {
        let works = try works.all()
        let readings = try self.works.storedReadings(of: works)
        var onList: [String: Int] = [:]
        for work in works {
            guard let print = readings[work.id]?.fingerprint,
                let number = try reservations.ownNumber(of: print)
            else { continue }
            onList[work.sha256] = Int(clamping: number)
        }
        let byFile = Dictionary(
            works.map { ($0.sha256, $0) }, uniquingKeysWith: { first, _ in first })
        let listed = try reservations.numbers()
        var known = try asked().map { wish in
            let number = onList[wish.sha256] ?? wish.number
            let isListed = number.map { listed.contains($0) } ?? false
            return OwnReservation(
                number: number, state: isListed ? .confirmed : wish.state, isInForce: isListed,
                words: wish.words, work: byFile[wish.sha256]?.id,
                title: byFile[wish.sha256]?.title ?? "",
                sha256: wish.sha256, isEnding: wish.isEnding)
        }
        let told = Set(known.map(\.sha256))
        for (file, number) in onList where !told.contains(file) {
            known.append(
                OwnReservation(
                    number: number, state: .confirmed, isInForce: true, words: "",
                    work: byFile[file]?.id, title: byFile[file]?.title ?? "", sha256: file,
                    isEnding: false))
        }
        return known.sorted { ($0.number ?? .max, $0.sha256) < ($1.number ?? .max, $1.sha256) }
    }

    /// Ends a reservation by its number, also that of a work that was removed.
    ///
    /// - Throws: ``RightsError/noSuchReservation(number:)``; ``AccountError/notJoined``;
    ///   `HTTPFailure`, `Problem`.
    public func endReservation(_ number: Int) async throws -> OwnReservation {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        guard let found = try ownReservations().first(where: { $0.number == number }),
            let digest = Digest(hex: found.sha256)
        else { throw RightsError.noSuchReservation(number: number) }
        let connection = try account.connection()
        guard let account = context.account else { throw context.waiting }
        _ = try await ask(for: [digest], .withdraw, of: account, over: connection)
        try context.remember(connection.clock)
        if let server = context.membership.server {
            try await reservations.pull(over: connection, serverKey: server.key)
        }
        return try ownReservations().first { $0.sha256 == found.sha256 } ?? found
    }

    private struct Wish {
        let sha256: String
        let number: Int?
        let state: ReservationState?
        let isEnding: Bool
        let words: String
    }

    private func asked() throws -> [Wish] {
        try context.store.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT work, number, state, act = 'withdraw' AND is_sent = 0, words
                    FROM reservation_wishes WHERE number IS NOT NULL OR is_sent = 0 ORDER BY work
                    """
            ).compactMap { row in
                guard let work = String.fromDatabaseValue(row[0]) else { return nil }
                return Wish(
                    sha256: work, number: Int.fromDatabaseValue(row[1]),
                    state: String.fromDatabaseValue(row[2]).flatMap(ReservationState.init),
                    isEnding: Bool.fromDatabaseValue(row[3]) ?? false,
                    words: String.fromDatabaseValue(row[4]) ?? "")
            }
        }
    }
}

extension ReservationList {
    /// The numbers of the list.
    func numbers() throws -> Set<Int> {
        try context.store.read { database in
            try Set(Int.fetchAll(database, sql: "SELECT number FROM reservations"))
        }
    }

    /// Asks for the end of a removed work's reservation with the next sync.
    func endWith(removed work: Digest, _ database: Database) throws {
        try database.execute(
            sql: """
                UPDATE reservation_wishes SET act = 'withdraw', is_sent = 0
                WHERE work = ? AND state IN ('pending', 'confirmed')
                """, arguments: [work.description])
    }
}
