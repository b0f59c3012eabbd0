public import AtelierProtocol
import Fingerprints
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// What became of one work's reservation. Its JSON form is what `works reserve --json` prints.
public struct WorkReservation: Codable, Equatable, Sendable {
    /// The work.
    public let work: WorkID
    /// Its title.
    public let title: String
    /// The reservation's number; left out where there is none.
    public let number: Int?
    /// How far it is; left out where there is none.
    public let state: ReservationState?
    /// Why there is none, or why it is not in force; empty where all is well.
    public let reason: String
}

/// What is done about rights together with the server: reservations and cases; certificates of what
/// was removed.
///
/// Owns the local copy of the account's cases.
public struct RightsService: Sendable {
    let context: LibraryContext
    let works: WorkCatalog
    let styles: StyleCatalog
    let registrar: Registrar
    let reservations: ReservationList
    let erasures: ErasureLog
    let account: AccountService

    /// Reserves works against training by anybody else in this community, or ends that; the
    /// artist's own use stays free.
    ///
    /// Works that the server does not know yet are registered first. Safe to repeat.
    ///
    /// - Returns: One entry for each work.
    /// - Throws: ``AccountError/notJoined``; `HTTPFailure`, `Problem`.
    public func reserve(
        _ ids: [WorkID], _ act: ReservationRequest.Act = .reserve
    ) async throws -> [WorkReservation] {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        let chosen = try ids.map { try works.work($0) }
        let connection = try account.connection()
        guard let account = context.account else { throw context.waiting }
        if act == .reserve {
            let readings = try works.readings(of: chosen)
            try context.store.write { try registrar.prepare(chosen, readings, $0) }
            try await registrar.send(over: connection)
        }
        var reserved: [WorkReservation] = []
        var rest = chosen[...]
        while !rest.isEmpty {
            let batch = rest.prefix(RightsLimits.worksPerReservation)
            rest = rest.dropFirst(batch.count)
            let entries = try await ask(
                for: batch.compactMap { Digest(hex: $0.sha256) }, act, of: account,
                over: connection)
            for work in batch {
                guard let entry = Digest(hex: work.sha256).flatMap({ entries[$0] }) else {
                    throw AccountError.unexpectedReply("the answer to reservations")
                }
                reserved.append(WorkReservation(work, entry))
            }
        }
        try context.remember(connection.clock)
        if let server = context.membership.server {
            try await reservations.pull(over: connection, serverKey: server.key)
        }
        return reserved
    }

    /// Asks for reservations, or for their end, and keeps that it was asked.
    func ask(
        for digests: [Digest], _ act: ReservationRequest.Act, of account: AccountID,
        over connection: ServerConnection
    ) async throws -> [Digest: ReservationReply.Entry] {
        let request = try JWS(
            signing: ReservationRequest(
                account: account, device: context.device, act: act, works: digests,
                time: connection.clock.now),
            with: context.deviceKeys.signing)
        let reply = try await connection.post(
            ReservationPage.target, ReservationSubmission(request: request.compact),
            as: ReservationReply.self)
        let wanted = Set(digests)
        try context.store.write { database in
            for entry in reply.entries where wanted.contains(entry.work) {
                try keep(entry, act, database)
            }
        }
        return Dictionary(
            reply.entries.map { ($0.work, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Keeps what the server answered; a question alone makes no wish, and what a server forgot
    /// stays a wish.
    private func keep(
        _ entry: ReservationReply.Entry, _ act: ReservationRequest.Act, _ database: Database
    ) throws {
        if act == .status {
            guard let state = entry.state else { return }
            return try database.execute(
                sql: """
                    UPDATE reservation_wishes SET state = ?1, words = ?2,
                    act = CASE WHEN ?1 = 'withdrawn' THEN 'withdraw' ELSE act END
                    WHERE work = ?3
                    """, arguments: [state.rawValue, entry.text, entry.work.description])
        }
        try database.execute(
            sql: """
                INSERT INTO reservation_wishes(work, act, is_sent, number, state, words)
                VALUES(?, ?, 1, ?, ?, ?)
                ON CONFLICT(work) DO UPDATE SET act = excluded.act, is_sent = 1,
                number = coalesce(excluded.number, number), state = excluded.state,
                words = excluded.words
                """,
            arguments: [
                entry.work.description, act.rawValue, entry.number, entry.state?.rawValue ?? "",
                entry.text,
            ])
    }

    /// Asks how the reservations stand that wait for a moderator, or are no longer on the list: one
    /// may have been confirmed, refused, or ended by another device.
    ///
    /// - Throws: `HTTPFailure`, `Problem`.
    func followReservations(over connection: ServerConnection) async throws {
        guard let account = context.account else { return }
        var last = ""
        for _ in 0..<Limits.reservationPages {
            let works = try context.store.read { [last] database in
                try String.fetchAll(
                    database,
                    sql: """
                        SELECT work FROM reservation_wishes
                        WHERE work > ? AND is_sent = 1 AND (state = 'pending'
                            OR state = 'confirmed' AND number NOT IN (
                                SELECT number FROM reservations))
                        ORDER BY work LIMIT ?
                        """, arguments: [last, RightsLimits.worksPerReservation])
            }
            guard let end = works.last else { return }
            let digests = works.compactMap { Digest(hex: $0) }
            _ = try await ask(for: digests, .status, of: account, over: connection)
            last = end
        }
    }

    /// Asks again for what a restored server may have forgotten.
    ///
    /// - Throws: `HTTPFailure`, `Problem`.
    func repeatWishes(over connection: ServerConnection) async throws {
        guard let account = context.account else { return }
        for act in [ReservationRequest.Act.withdraw, .reserve] {
            for _ in 0..<Limits.reservationPages {
                let digests = try context.store.read { database in
                    try String.fetchAll(
                        database,
                        sql: """
                            SELECT work FROM reservation_wishes WHERE act = ? AND is_sent = 0
                            ORDER BY work LIMIT ?
                            """, arguments: [act.rawValue, RightsLimits.worksPerReservation]
                    ).compactMap { Digest(hex: $0) }
                }
                guard !digests.isEmpty else { break }
                _ = try await ask(for: digests, act, of: account, over: connection)
            }
        }
    }

    /// The number of the account's reservation of a work, as of the last sync; nil where none is in
    /// force.
    public func reservationNumber(of id: WorkID) throws -> Int? {
        let work = try works.work(id)
        guard let reading = try works.storedReadings(of: [work])[id] else { return nil }
        return try reservations.ownNumber(of: reading.fingerprint).map { Int(clamping: $0) }
    }
}

extension WorkReservation {
    fileprivate init(_ work: Work, _ entry: ReservationReply.Entry) {
        self.work = work.id
        title = work.title
        number = entry.number.map { Int(clamping: $0) }
        state = entry.state
        reason =
            switch entry.refusal {
            case nil: ""
            case .notRegistered: "The server has no registration of it. Sync, then try again."
            case .notOwn: "Only your own works can be reserved, and this one is licensed."
            case .tooLittleDetail:
                "It has too little detail: its fingerprint would match unrelated pictures."
            case .refused where entry.text.isEmpty:
                "A moderator has refused it. Answer in its case."
            case .refused: "A moderator has refused it: \(entry.text)"
            case .listFull: "The community's list is full. Ask the operator."
            case .accountFull: "The account has as many reservations as one may have."
            }
    }
}
