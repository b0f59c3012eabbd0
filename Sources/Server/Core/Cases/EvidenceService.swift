import AtelierProtocol
import CreditLedger
public import Foundation
import SignedObjects
import SystemSupport

/// What a file of evidence holds, as its reader finds it.
public struct EvidenceReport: Sendable {
    /// The case.
    public let caseNumber: Int64
    /// Whether this server's key signed the list of the files.
    public let isSigned: Bool
    /// The files, in order.
    public let files: [String]
    /// What is not as it was signed; empty where all is well.
    public let problems: [String]

    /// Whether this server signed it, and nothing was changed.
    public var isSound: Bool { isSigned && problems.isEmpty }
}

/// A case as a tar file for authorities: never sent by itself.
public struct EvidenceService: ServerService {
    let environment: ServiceEnvironment

    /// Writes a case with its evidence, and a signed list of the files' digests.
    ///
    /// - Returns: How many files it holds.
    /// - Throws: ``ServerError`` where `name` is no moderator, or there is no such case; where the
    ///   file exists or cannot be written.
    public func export(_ id: Int64, to file: URL, as name: String) throws -> Int {
        try EvidenceFile.checkMissing([file])
        let now = clock()
        let documents = try database.write { db in
            try ModeratorStore(db: db).require(.moderator, name)
            let documents = try EvidenceCollection(db: db, now: now).documents(of: id)
            try Audit.append(
                "evidence", actor: name, account: nil, reason: "", detail: "case \(id)",
                now: now, in: db)
            return documents
        }
        let manifest = EvidenceManifest(
            caseNumber: id, time: now,
            files: documents.map {
                EvidenceManifest.File(
                    name: $0.name, bytes: $0.bytes.count, digest: Digest(of: $0.bytes))
            })
        let signed = try JWS(signing: manifest, with: key).compact
        let all =
            documents + [
                EvidenceDocument(name: EvidenceManifest.fileName, bytes: Array(signed.utf8)),
                EvidenceDocument(name: Self.keyFile, bytes: keyBytes),
            ]
        try EvidenceFile.write(EvidenceFile.archive(all, time: now), to: file)
        return all.count
    }

    /// The key beside the evidence, for whoever reads it without this server.
    private static let keyFile = "server.key.pub"
    private var keyBytes: [UInt8] { Array((publicKey.description + "\n").utf8) }

    /// Reads a file of evidence back, and holds every file to the signed list.
    ///
    /// - Throws: ``ServerError`` where it is none, or cannot be read.
    public func verify(_ file: URL) throws -> EvidenceReport {
        let documents = try EvidenceFile.documents(of: EvidenceFile.read(file))
        guard let list = documents.first(where: { $0.name == EvidenceManifest.fileName }) else {
            throw EvidenceFile.damaged(file, "it holds no \(EvidenceManifest.fileName)")
        }
        let text = String(decoding: list.bytes, as: UTF8.self)
        let manifest: EvidenceManifest
        let signed = try? JWS<EvidenceManifest>(verifying: text, with: publicKey)
        if let signed {
            manifest = signed.payload
        } else if let claim = try? JWSClaim<EvidenceManifest>(reading: text) {
            manifest = claim.payload
        } else {
            throw EvidenceFile.damaged(file, "its list cannot be read")
        }
        var problems = signed == nil ? ["The list is not signed with this server's key."] : []
        let unlisted: Set<String> = [EvidenceManifest.fileName, Self.keyFile]
        for name in unlisted.sorted() where documents.count(where: { $0.name == name }) != 1 {
            problems.append("\(name) is missing, or there more than once.")
        }
        if documents.contains(where: { $0.name == Self.keyFile && $0.bytes != keyBytes }) {
            problems.append("\(Self.keyFile) is not this server's key.")
        }
        for document in documents where !unlisted.contains(document.name) {
            let known = manifest.files.first { $0.name == document.name }
            if known == nil { problems.append("\(document.name) is not on the list.") }
        }
        for entry in manifest.files {
            let found = documents.filter { $0.name == entry.name }
            if found.count != 1 {
                problems.append("\(entry.name) is missing, or there more than once.")
            } else if found.contains(where: { Digest(of: $0.bytes) != entry.digest }) {
                problems.append("\(entry.name) was changed.")
            }
        }
        // Only what the list vouches for is read any further.
        if let audit = documents.first(where: { $0.name == AuditExtract.fileName }),
            manifest.files.contains(where: {
                $0.name == AuditExtract.fileName && $0.digest == Digest(of: audit.bytes)
            })
        {
            problems += AuditExtract.problems(in: audit.bytes, key: publicKey)
        } else {
            problems.append("\(AuditExtract.fileName) is missing, or is not as it was signed.")
        }
        return EvidenceReport(
            caseNumber: manifest.caseNumber, isSigned: signed != nil,
            files: documents.map(\.name), problems: problems)
    }
}

/// A file inside the evidence.
struct EvidenceDocument: Sendable {
    let name: String
    let bytes: [UInt8]
}

/// What the server signs under a file of evidence.
struct EvidenceManifest: SignedPayload {
    static let type = "atelier-evidence+jws"
    static let fileName = "manifest.jws"

    struct File: Codable, Sendable, Equatable {
        let name: String
        let bytes: Int
        let digest: Digest
    }

    let caseNumber: Int64
    let time: UnixTime
    let files: [File]
}

/// Collects what there is of a case, in one transaction.
private struct EvidenceCollection {
    let db: Database
    let now: UnixTime

    func documents(of id: Int64) throws -> [EvidenceDocument] {
        let dossier = try CaseDossier(id, now: now, in: db)
        var documents = [EvidenceDocument(name: "case.json", bytes: try Self.json(dossier))]
        for side in CaseSide.allCases {
            guard let party = dossier.record.party(side) else { continue }
            documents += try self.documents(of: party, side)
        }
        for account in dossier.record.accounts {
            let orders = try orders(of: account, in: id)
            documents.append(
                EvidenceDocument(
                    name: "orders-\(account).jws",
                    bytes: Array(orders.map { $0 + "\n" }.joined().utf8)))
        }
        documents.append(try AuditExtract(db: db).document(about: id))
        let size = documents.reduce(0) { $0 + $1.bytes.count }
        guard size <= Limits.evidenceBytes else {
            throw ServerError.invalidValue(
                name: "case",
                reason: "\(id) has \(size) bytes of evidence; at most \(Limits.evidenceBytes) fit")
        }
        return documents
    }

    /// What a side put forward.
    private func documents(of party: CaseParty, _ side: CaseSide) throws -> [EvidenceDocument] {
        switch party.kind {
        case .account: return []
        case .registration:
            guard let text = try RegistrationStore(db: db).document(row: party.id) else {
                return []
            }
            return [
                EvidenceDocument(
                    name: "\(side.rawValue)-registration.jws", bytes: Array(text.utf8))
            ]
        case .reservation:
            var documents = [
                EvidenceDocument(
                    name: "\(side.rawValue)-reservation.json",
                    bytes: try Self.json(ReservationStore(db: db).record(party.id)))
            ]
            if let account = party.account, let work = party.work,
                let known = try RegistrationStore(db: db).work(work, of: account),
                let text = try RegistrationStore(db: db).document(row: known.row)
            {
                documents.append(
                    EvidenceDocument(
                        name: "\(side.rawValue)-registration.jws", bytes: Array(text.utf8)))
            }
            return documents
        case .claim:
            let store = ClaimStore(db: db)
            var documents = [
                EvidenceDocument(
                    name: "\(side.rawValue)-claim.json",
                    bytes: try Self.json(store.summary(party.id)))
            ]
            if let picture = try store.picture(of: party.id) {
                documents.append(
                    EvidenceDocument(
                        name: "\(side.rawValue)-picture.\(picture.kind.rawValue)",
                        bytes: picture.bytes))
            }
            return documents
        }
    }

    /// The signed orders of an account that belong to a case, in order.
    private func orders(of account: AccountID, in id: Int64) throws -> [String] {
        var orders: [String] = []
        var serial = 0
        while true {
            let rows = try db.rows(
                """
                SELECT serial, document FROM ledger_order
                WHERE account = ?1 AND serial > ?2 ORDER BY serial LIMIT ?3
                """,
                [account.blob, serial, Limits.auditPage])
            for row in rows {
                serial = try row["serial"]
                let text: String = try row["document"]
                let order = try JWS<Order>(stored: text).payload
                if order.caseNumber == Int(id) { orders.append(text) }
            }
            if rows.count < Limits.auditPage { return orders }
        }
    }

    private static func json(_ value: some Encodable) throws -> [UInt8] {
        [UInt8](try CanonicalJSON.encoder.encode(value))
    }
}
