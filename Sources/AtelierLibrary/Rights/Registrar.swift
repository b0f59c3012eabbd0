import AtelierProtocol
import Fingerprints
import Foundation
import GRDB
import SignedObjects
import StyleKit
import SyncKit
import SystemSupport

/// Registers works and models with the account's server, so that it knows what generations are made
/// of before it countersigns them.
///
/// Owns the table `registrations`, which stays on this device: what was signed when a model was
/// trained, whether the server has it, and whether it is to be withdrawn (1) or that was confirmed
/// (2). It does not depend on the rows of works and models, so that nothing that was paid for is
/// lost when they are removed.
struct Registrar: Sendable {
    /// What is registered.
    private enum Kind: String {
        case work, model
    }

    /// What the server refused for good: sent again it would be refused again.
    private static let finalRefusals: Set<RegistrationReply.Refusal> = [
        .malformed, .conflict, .wrongOrder,
    ]

    let context: LibraryContext

    // MARK: Signing

    /// Signs and stores what the server has to know of a model; what it has already is kept.
    ///
    /// - Parameters:
    ///   - works: The works that it learned from.
    ///   - readings: Their fingerprints, by work.
    func prepare(
        model: Digest, engine: String, works: [Work], _ readings: [WorkID: FingerprintReading],
        _ database: Database
    ) throws {
        guard let account = context.account, !works.isEmpty else { return }
        let sorted = works.sorted { $0.pixelHash < $1.pixelHash }
        for work in sorted { try prepare(work, readings[work.id], account, database) }
        let registration = try JWS(
            signing: ModelRegistration(
                account: account, device: context.device, model: model, engine: engine,
                works: sorted.compactMap { Digest(hex: $0.sha256) }, time: try context.now()),
            with: context.deviceKeys.signing)
        try store(.model, model, registration.compact, database)
    }

    /// Signs and stores what the server has to know of some works.
    func prepare(
        _ works: [Work], _ readings: [WorkID: FingerprintReading], _ database: Database
    ) throws {
        guard let account = context.account else { throw context.waiting }
        for work in works { try prepare(work, readings[work.id], account, database) }
    }

    private func prepare(
        _ work: Work, _ reading: FingerprintReading?, _ account: AccountID, _ database: Database
    ) throws {
        guard let reading, let file = Digest(hex: work.sha256),
            let pixels = Digest(hex: work.pixelHash)
        else { return }
        let registration = try JWS(
            signing: WorkRegistration(
                account: account, device: context.device, work: file, pixels: pixels,
                reading: reading, basis: WorkBasis(rawValue: work.basis) ?? .licensed,
                statement: Digest(of: work.statement), time: try context.now()),
            with: context.deviceKeys.signing)
        try store(.work, file, registration.compact, database)
        // A removal that was undone before a sync ends no reservation.
        try database.execute(
            sql: """
                UPDATE reservation_wishes SET act = 'reserve', is_sent = 1
                WHERE work = ? AND act = 'withdraw' AND is_sent = 0
                AND state IN ('pending', 'confirmed')
                """, arguments: [file.description])
    }

    /// Stores a registration; one that was sent stays as it is. What was to be withdrawn is not.
    private func store(
        _ kind: Kind, _ digest: Digest, _ compact: String, _ database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO registrations(kind, digest, compact) VALUES(?, ?, ?)
                ON CONFLICT(kind, digest) DO UPDATE SET is_withdrawn = 0,
                compact = CASE WHEN compact = '' THEN excluded.compact ELSE compact END,
                is_sent = CASE WHEN compact = '' THEN 0 ELSE is_sent END
                """, arguments: [kind.rawValue, digest.description, compact])
    }

    /// Whether a model's registration is stored.
    func hasPrepared(model: Digest) throws -> Bool {
        try context.store.read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT 1 FROM registrations WHERE kind = 'model' AND digest = ?
                    AND compact <> '' AND is_withdrawn = 0
                    """, arguments: [model.description]) != nil
        }
    }

    /// Notes that works were removed, with the models that learned from them: the next sync
    /// withdraws what the server knows of them, after it has settled what was made before.
    func withdraw(works: [Digest], models: [Digest], _ database: Database) throws {
        guard context.membership.server != nil else {
            // Nothing was sent and nothing was paid for.
            for digest in works + models {
                try database.execute(
                    sql: "DELETE FROM registrations WHERE digest = ?",
                    arguments: [digest.description])
            }
            return
        }
        for (kind, digests) in [(Kind.work, works), (.model, models)] {
            for digest in digests {
                // Another device may have registered it.
                try database.execute(
                    sql: """
                        INSERT INTO registrations(kind, digest, compact, is_sent, is_withdrawn)
                        VALUES(?, ?, '', 1, 1)
                        ON CONFLICT(kind, digest) DO UPDATE SET is_withdrawn = 1
                        """, arguments: [kind.rawValue, digest.description])
            }
        }
    }

    /// Whether this device has registered a work and did not withdraw it.
    func knows(work: Digest, _ database: Database) throws -> Bool {
        try Int.fetchOne(
            database,
            sql: """
                SELECT 1 FROM registrations
                WHERE kind = 'work' AND digest = ? AND is_withdrawn = 0
                """, arguments: [work.description]) != nil
    }

    /// Whether the server has not confirmed yet that some of these are withdrawn.
    func isWithdrawing(_ digests: [Digest]) throws -> Bool {
        try context.store.read { database in
            let waiting = try Set(
                String.fetchAll(
                    database, sql: "SELECT digest FROM registrations WHERE is_withdrawn = 1"))
            return digests.contains { waiting.contains($0.description) }
        }
    }

    // MARK: Sending

    /// Sends what the server does not know yet: works, then models.
    ///
    /// - Returns: The number of registrations that are new to the server.
    /// - Throws: `HTTPFailure`, `Problem`.
    @discardableResult
    func send(over connection: ServerConnection) async throws -> Int {
        var tries: [Digest: Int] = [:]
        var accepted = 0
        for _ in 0..<Limits.registrationRounds {
            let works = try pending(.work).filter { tries[$0.digest] == nil }
            let models =
                works.isEmpty ? try pending(.model).filter { tries[$0.digest, default: 0] < 2 } : []
            let batch = Self.batch(works.isEmpty ? models : works)
            guard !batch.isEmpty else { break }
            for entry in batch { tries[entry.digest, default: 0] += 1 }
            let texts = batch.map(\.compact)
            let request =
                works.isEmpty
                ? RegistrationRequest(models: texts) : RegistrationRequest(works: texts)
            let reply = try await connection.post(
                RegistrationRequest.target, request, as: RegistrationReply.self)
            let entries = works.isEmpty ? reply.models : reply.works
            guard entries.count == batch.count else {
                throw AccountError.unexpectedReply("the answer to registrations")
            }
            let kind = works.isEmpty ? Kind.model : .work
            for digest in try note(entries, of: batch, kind) { tries[digest] = nil }
            accepted += entries.count { $0.outcome == .accepted }
        }
        return accepted
    }

    /// Withdraws the registrations of removed works and models.
    ///
    /// - Throws: `HTTPFailure`, `Problem`.
    func sendWithdrawals(over connection: ServerConnection) async throws {
        guard let account = context.account else { return }
        for _ in 0..<Limits.registrationRounds {
            let (works, models) = try (withdrawn(.work), withdrawn(.model))
            guard !works.isEmpty || !models.isEmpty else { return }
            let withdrawal = try JWS(
                signing: RegistrationWithdrawal(
                    account: account, device: context.device, works: works, models: models,
                    time: connection.clock.now),
                with: context.deviceKeys.signing)
            let reply = try await connection.post(
                RegistrationRequest.target, RegistrationRequest(withdrawals: [withdrawal.compact]),
                as: RegistrationReply.self)
            guard let entry = reply.withdrawals.first, entry.outcome != .refused else { return }
            try context.store.write { database in
                for digest in works + models {
                    // Kept: a restored server may know of it again.
                    try database.execute(
                        sql: """
                            UPDATE registrations
                            SET is_withdrawn = 2, is_sent = 1, compact = '', refusal = '', text = ''
                            WHERE digest = ? AND is_withdrawn = 1
                            """,
                        arguments: [digest.description])
                }
            }
        }
    }

    /// Takes the server's epoch. A new one is that of a restored server, which may have forgotten
    /// what an earlier one confirmed: withdrawals and reservations are sent again.
    func follow(epoch: Int) throws {
        let range = NumberRange.sequence
        let known = try context.store.read {
            try LocalValue.rightsEpoch.readNumber(in: range, $0)
        }
        guard known != Int64(clamping: epoch) else { return }
        try context.store.write { database in
            if known != nil {
                try database.execute(
                    sql: "UPDATE registrations SET is_withdrawn = 1 WHERE is_withdrawn = 2")
                try database.execute(sql: "UPDATE reservation_wishes SET is_sent = 0")
            }
            try LocalValue.rightsEpoch.write(String(epoch), database)
        }
    }

    /// Marks everything about some models as not sent: the server was restored and has forgotten
    /// them.
    ///
    /// - Returns: Whether something was marked.
    func forgetSent(models: [Digest]) throws -> Bool {
        guard !models.isEmpty else { return false }
        let works = try context.store.read { database in
            try models.flatMap { try Self.works(ofModel: $0, database) }
        }
        return try context.store.write { database in
            var isMarked = false
            for digest in models + works {
                try database.execute(
                    sql: """
                        UPDATE registrations SET is_sent = 0
                        WHERE digest = ? AND is_sent = 1 AND compact <> '' AND refusal = ''
                        """, arguments: [digest.description])
                isMarked = isMarked || database.changesCount > 0
            }
            return isMarked
        }
    }

    /// What the server refused to register at the last sync, by digest, and why.
    func refusals() throws -> [(digest: String, text: String)] {
        try context.store.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT digest, text FROM registrations WHERE text <> '' AND is_sent = 0
                    ORDER BY rowid LIMIT ?
                    """, arguments: [Limits.doubts]
            ).map(StoredRow.init).map { ($0.text("digest"), $0.text("text")) }
        }
    }

    // MARK: Rows

    private struct Entry {
        let digest: Digest
        let compact: String
    }

    /// As many entries as one request takes, the first one always.
    private static func batch(_ entries: [Entry]) -> [Entry] {
        var batch: [Entry] = []
        var bytes = 0
        for entry in entries.prefix(ProtocolLimits.registrationsPerRequest) {
            bytes += entry.compact.utf8.count + 3
            guard batch.isEmpty || bytes <= Limits.registrationBytes else { break }
            batch.append(entry)
        }
        return batch
    }

    private func pending(_ kind: Kind) throws -> [Entry] {
        try context.store.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT digest, compact FROM registrations
                    WHERE kind = ? AND is_sent = 0 AND compact <> '' AND refusal = ''
                    ORDER BY rowid
                    """, arguments: [kind.rawValue]
            ).map(StoredRow.init).compactMap { row in
                Digest(hex: row.rawText("digest")).map {
                    Entry(digest: $0, compact: row.rawText("compact"))
                }
            }
        }
    }

    private func withdrawn(_ kind: Kind) throws -> [Digest] {
        try context.store.read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT digest FROM registrations WHERE kind = ? AND is_withdrawn = 1
                    ORDER BY rowid LIMIT ?
                    """, arguments: [kind.rawValue, ProtocolLimits.registrationsPerRequest]
            ).compactMap { Digest(hex: $0) }
        }
    }

    /// Notes what became of entries.
    ///
    /// - Returns: The works that have to be sent again before a refused model.
    private func note(
        _ replies: [RegistrationReply.Entry], of batch: [Entry], _ kind: Kind
    ) throws -> [Digest] {
        try context.store.write { database in
            var again: [Digest] = []
            for (entry, reply) in zip(batch, replies) {
                // Another device has added the same file and registered it first: that will do.
                let isKnown = kind == .work && reply.code == .conflict
                let refusal = isKnown ? nil : reply.code
                let isFinal = refusal.map(Self.finalRefusals.contains) ?? false
                try database.execute(
                    sql: """
                        UPDATE registrations SET is_sent = ?, refusal = ?, text = ?
                        WHERE kind = ? AND digest = ?
                        """,
                    arguments: [
                        reply.outcome == .refused && !isKnown ? 0 : 1,
                        isFinal ? refusal?.rawValue ?? "" : "",
                        isKnown ? "" : String(reply.text.prefix(Limits.refusalText)),
                        kind.rawValue,
                        entry.digest.description,
                    ])
                guard kind == .model, refusal == .unregisteredWork else { continue }
                let works = try Self.works(ofModel: entry.digest, database)
                for work in works {
                    try database.execute(
                        sql: """
                            UPDATE registrations SET is_sent = 0
                            WHERE kind = 'work' AND digest = ? AND compact <> ''
                            """, arguments: [work.description])
                }
                again += works
            }
            return again
        }
    }

    private static func works(ofModel model: Digest, _ database: Database) throws -> [Digest] {
        let compact = try String.fetchOne(
            database,
            sql: "SELECT compact FROM registrations WHERE kind = 'model' AND digest = ?",
            arguments: [model.description])
        let registration = try? compact.map {
            try JWS<ModelRegistration>.unverifiedPayload(of: $0)
        }
        return registration?.works ?? []
    }
}
