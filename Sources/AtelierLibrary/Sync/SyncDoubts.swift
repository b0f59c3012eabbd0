import AtelierProtocol
import CreditLedger
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// What the last sync doubted, kept until a later one finds it resolved.
struct SyncDoubts: Sendable {
    let context: LibraryContext

    /// What the last sync doubted.
    func all() throws -> [SyncDoubt] {
        let text = try context.store.read { try LocalValue.doubts.read($0) }
        return text.flatMap {
            try? CanonicalJSON.decoder.decode([SyncDoubt].self, from: Data($0.utf8))
        } ?? []
    }

    /// Keeps what a sync doubts; what was doubted before keeps its date.
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

    /// Compares the head of the server's audit log with the one that was shown before, and keeps
    /// it where it extends that one.
    ///
    /// - Parameter text: Compact ``AuditHead``; nil where the server sent none.
    func followAudit(
        _ text: String?, over connection: ServerConnection, serverKey: VerifyingKey
    ) async throws {
        let found = try await auditDoubts(text, over: connection, serverKey: serverKey)
        try keep(try all().filter { !SyncDoubt.ofTheAudit.contains($0.code) } + found)
    }

    /// Keeps what the engine and the keys leave open; what is said of the audit log stays.
    func keep(after report: SyncReport, missingKeys: [Int]) throws {
        let now = Moment(try context.now())
        let audit = try all().filter { SyncDoubt.ofTheAudit.contains($0.code) }
        let engine = SyncDoubt.ofTheEngine(report.faults, now: now)
        let keys = missingKeys.isEmpty ? [] : [SyncDoubt.missingKeys(missingKeys, now: now)]
        try keep(audit + engine + keys)
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
            // A server that was restored says so by its epoch; from here on the new log counts.
            try context.store.write { try LocalValue.auditHead.write(text, $0) }
            return []
        case .longer: return [.auditUnchecked(now: now)]
        case .contradiction:
            // The known head stays: two that contradict each other, both signed, are the proof.
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
                // Not shown is not checked; a sync goes on without it.
                return check.result
            }
        }
        return check.result
    }
}
