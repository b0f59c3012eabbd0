import AtelierProtocol
import CreditLedger
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// A lasting inconsistency that a sync found in what the server or another device sent: something
/// may be withheld or changed.
///
/// Every sync, status and doctor reports it until a sync finds it resolved.
public struct SyncDoubt: Codable, Equatable, Sendable {
    /// What is inconsistent.
    public enum Code: String, Codable, Sendable {
        /// Segments of a device are missing between others that arrived.
        case missingSegments = "missing-segments"
        /// A device has another state after the same changes.
        case divergentReplica = "divergent-replica"
        /// The quarantine is full, so nothing more is fetched.
        case quarantineFull = "quarantine-full"
        /// The server has only a snapshot of older changes, and it cannot be used.
        case snapshotUnusable = "snapshot-unusable"
        /// The server's audit log does not extend the head that this device saw before.
        case auditRewritten = "audit-rewritten"
        /// The server did not prove that its audit log extends that head.
        case auditUnchecked = "audit-unchecked"
        /// This device lacks a library key that the others have.
        case missingKeys = "missing-keys"
        /// The server's list of reservations cannot be what it signed before.
        case reservationsRefused = "reservations-refused"
        /// The server's certificate for signing pictures is not one that it may give.
        case certificateRefused = "certificate-refused"
        /// The server's list of revoked certificates cannot be what it signed before.
        case revocationsRefused = "revocations-refused"
        /// The server refused to register a work or a model.
        case registrationRefused = "registration-refused"
    }

    /// What is inconsistent.
    public let code: Code
    /// The replica's id; empty where it is about the server.
    public let subject: String
    /// What happened, and what to do.
    public let text: String
    /// When it was first found.
    public internal(set) var since: Moment

    /// What may help; nil where the text says all.
    public var nextStep: NextStep? {
        switch code {
        case .missingSegments, .divergentReplica: .exportBundle
        case .missingKeys: .sync
        case .quarantineFull, .snapshotUnusable, .auditRewritten, .auditUnchecked,
            .reservationsRefused, .certificateRefused, .revocationsRefused, .registrationRefused:
            nil
        }
    }

    /// The codes that the ledger exchange finds.
    static let ofTheAudit: Set<Code> = [.auditRewritten, .auditUnchecked]

    /// The doubts for what SyncKit reports.
    static func ofTheEngine(_ faults: SyncFaults, now: Moment) -> [SyncDoubt] {
        faults.missingSegments.map { gap in
            let replica = gap.replica.description
            let (first, last) = (gap.numbers.lowerBound, gap.numbers.upperBound)
            let numbers = first == last ? "\(first)" : "\(first) to \(last)"
            return SyncDoubt(
                code: .missingSegments, subject: replica,
                text: "Segments \(numbers) of the device copy \(replica.prefix(8)) did not "
                    + "arrive, although later ones did: the server lost or withholds them. Sync "
                    + "your other devices; if this stays, carry their changes over by a file.",
                since: now)
        }
            + faults.divergentReplicas.map(\.description).map { replica in
                SyncDoubt(
                    code: .divergentReplica, subject: replica,
                    text: "The device copy \(replica.prefix(8)) has another state than this one "
                        + "after the same changes, and fetching everything again did not help: "
                        + "something is withheld from one of them. Carry the changes over by a "
                        + "file.", since: now)
            }
            + (faults.isQuarantineFull
                ? [
                    SyncDoubt(
                        code: .quarantineFull, subject: "",
                        text: "So much arrived that cannot be read here that nothing more is "
                            + "fetched: a key or a newer program is missing, or the server sends "
                            + "what none of your devices sealed. Update Atelier, then ask the "
                            + "operator.",
                        since: now)
                ] : [])
    }

    /// A snapshot that is needed and cannot be loaded; a refused one of our own harms nobody.
    static func snapshotUnusable(_ failure: SnapshotFailure?, now: Moment) -> [SyncDoubt] {
        guard let failure, case .notLoaded = failure else { return [] }
        return [
            SyncDoubt(
                code: .snapshotUnusable, subject: "", text: failure.description, since: now)
        ]
    }

    /// The doubt for an audit head that contradicts the one before.
    static func auditRewritten(now: Moment) -> SyncDoubt {
        SyncDoubt(
            code: .auditRewritten, subject: "",
            text: "The server's audit log is not the one that it showed this device before: "
                + "entries were removed or changed. Both signed heads are kept in the library as "
                + "proof. Ask the operator.", since: now)
    }

    /// The doubt for an audit head that could not be checked.
    static func auditUnchecked(now: Moment) -> SyncDoubt {
        SyncDoubt(
            code: .auditUnchecked, subject: "",
            text: "The server did not prove that its audit log continues the one that it showed "
                + "this device before. The next sync asks again.", since: now)
    }

    /// The doubt for the epochs of library keys that this device lacks.
    static func missingKeys(_ epochs: [Int], now: Moment) -> SyncDoubt {
        let names = epochs.prefix(8).map(String.init).joined(separator: ", ")
        return SyncDoubt(
            code: .missingKeys, subject: "",
            text: "This device does not have the library key \(names) of your other devices. Sync "
                + "the device that has the account key, then this one. Until then, changes that "
                + "are sealed with it cannot be read here, and changes made here may wait.",
            since: now)
    }
}

/// The stored ``SyncDoubt``s of this device.
struct SyncDoubts: Sendable {
    let context: LibraryContext

    /// The doubts of the last sync.
    func all() throws -> [SyncDoubt] {
        let text = try context.store.read { try LocalValue.doubts.read($0) }
        return text.flatMap {
            try? CanonicalJSON.decode([SyncDoubt].self, from: Data($0.utf8))
        } ?? []
    }

    /// Stores the doubts of a sync; those that were known keep their date.
    func keep(_ doubts: [SyncDoubt]) throws {
        let known = try all()
        let kept = doubts.prefix(Limits.doubts).map { doubt in
            var doubt = doubt
            let before = known.first { $0.code == doubt.code && $0.subject == doubt.subject }
            doubt.since = before?.since ?? doubt.since
            return doubt
        }
        guard kept != known else { return }
        let json = try CanonicalJSON.encoder.encode(kept)
        try context.store.write {
            try LocalValue.doubts.write(String(decoding: json, as: UTF8.self), $0)
        }
    }

    /// Compares the head of the server's audit log with the stored one, and stores it if it extends
    /// that one.
    ///
    /// - Parameter text: Compact ``AuditHead``; nil where the server sent none.
    func followAudit(
        _ text: String?, over connection: ServerConnection, serverKey: VerifyingKey
    ) async throws {
        let found = try await auditDoubts(text, over: connection, serverKey: serverKey)
        try keep(try all().filter { !SyncDoubt.ofTheAudit.contains($0.code) } + found)
    }

    /// Stores what SyncKit and the key exchange report; doubts about the audit log stay as they
    /// are.
    func keep(
        after report: SyncReport, missingKeys: [Int], refusedList: (any Error)? = nil,
        refusedCertificate: (any Error)? = nil, refusedRevocations: (any Error)? = nil,
        refusedRegistrations: [(digest: String, text: String)] = []
    ) throws {
        let now = Moment(try context.now())
        let audit = try all().filter { SyncDoubt.ofTheAudit.contains($0.code) }
        let engine =
            SyncDoubt.ofTheEngine(report.faults, now: now)
            + SyncDoubt.snapshotUnusable(report.snapshotFailure, now: now)
        let keys = missingKeys.isEmpty ? [] : [SyncDoubt.missingKeys(missingKeys, now: now)]
        let list = refusedList.map {
            SyncDoubt(code: .reservationsRefused, subject: "", text: "\($0)", since: now)
        }
        let certificate = refusedCertificate.map {
            SyncDoubt(code: .certificateRefused, subject: "", text: "\($0)", since: now)
        }
        let revocations = refusedRevocations.map {
            SyncDoubt(code: .revocationsRefused, subject: "", text: "\($0)", since: now)
        }
        let registrations = refusedRegistrations.map { digest, text in
            SyncDoubt(
                code: .registrationRefused, subject: digest,
                text: "The server did not register \(digest.prefix(8)), so generations made from "
                    + "it are held: \(text)", since: now)
        }
        try keep(
            audit + engine + keys + [list, certificate, revocations].compactMap { $0 }
                + registrations)
    }

    private func auditDoubts(
        _ text: String?, over connection: ServerConnection, serverKey: VerifyingKey
    ) async throws -> [SyncDoubt] {
        let now = Moment(try context.now())
        let known = try context.store.read { try LocalValue.auditHead.read($0) }
            .flatMap { try? JWS<AuditHead>(verifying: $0, with: serverKey) }
        guard let text else {
            return known == nil ? [] : [.auditUnchecked(now: now)]
        }
        guard let newer = try? JWS<AuditHead>(verifying: text, with: serverKey) else {
            return [.auditUnchecked(now: now)]
        }
        var comparison = AuditComparison.same
        if let known {
            comparison = try await compare(newer.payload, with: known.payload, over: connection)
        }
        switch comparison {
        case .same, .restored:
            // A restored server has a new epoch; from here on its new log is the reference.
            try context.store.write { try LocalValue.auditHead.write(text, $0) }
            return []
        case .longer: return [.auditUnchecked(now: now)]
        case .contradiction:
            // The stored head stays: two signed heads that contradict each other are the proof.
            try context.store.write { try LocalValue.auditContradiction.write(text, $0) }
            return [.auditRewritten(now: now)]
        }
    }

    private func compare(
        _ newer: AuditHead, with known: AuditHead, over connection: ServerConnection
    ) async throws -> AuditComparison {
        var check = AuditExtension(of: known, to: newer)
        for _ in 0..<Limits.auditPages {
            guard let after = check.next else { return check.result }
            do {
                check.take(
                    try await connection.get(
                        "\(AuditPage.target)?after=\(after)", as: AuditPage.self))
            } catch is Problem {
                // The page was refused: the head stays unchecked, and the sync goes on.
                return check.result
            }
        }
        return check.result
    }
}
