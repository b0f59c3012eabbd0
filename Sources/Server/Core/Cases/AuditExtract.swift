import AtelierProtocol
import Foundation
import SignedObjects
import SystemSupport

/// The part of the audit log about one case, with what shows that it is of the signed log: the
/// digests of all entries from the first to the log's end, and the signed head.
struct AuditExtract {
    static let fileName = "audit.json"

    let db: Database

    /// What the document holds.
    private struct Form: Codable {
        /// One entry of the log.
        struct Entry: Codable {
            /// The digest of its content.
            let digest: Digest
            /// Its content as JSON, where it is about the case.
            let content: String?
            /// The random bytes before it, hexadecimal.
            let salt: String?
        }

        /// Compact ``AuditHead``; nil where the log is not signed.
        let head: String?
        /// The serial of the first entry.
        let first: Int64
        /// The link of the entry before it.
        let previous: Digest
        let entries: [Entry]
    }

    /// The document about a case.
    func document(about id: Int64) throws -> EvidenceDocument {
        let start: Int64? = try db.value(
            "SELECT MIN(serial) FROM audit WHERE detail = ?1", ["case \(id)"])
        let first = start ?? 1
        let previous: Data? = try db.value(
            "SELECT hash FROM audit WHERE serial = ?1", [first - 1])
        let link = previous.flatMap { Digest($0) } ?? .zero
        var entries: [Form.Entry] = []
        var serial = first - 1
        while true {
            let rows = try db.rows(
                "SELECT * FROM audit WHERE serial > ?1 ORDER BY serial LIMIT ?2",
                [serial, Limits.auditPage])
            for row in rows {
                serial = try row["serial"]
                entries.append(try Self.entry(row, about: id))
            }
            guard entries.count <= Limits.evidenceBytes / 128 else {
                throw ServerError.invalidValue(
                    name: "case",
                    reason: "\(id) began \(entries.count) entries of the audit log ago, too many "
                        + "for one file")
            }
            if rows.count < Limits.auditPage { break }
        }
        let form = Form(
            head: try AuditChain(db: db).document(), first: first, previous: link,
            entries: entries)
        return EvidenceDocument(
            name: Self.fileName, bytes: [UInt8](try CanonicalJSON.encoder.encode(form)))
    }

    private static func entry(_ row: Row, about id: Int64) throws -> Form.Entry {
        let digest = try AuditContent.digest(of: row)
        let detail: String = try row["detail"]
        guard detail == "case \(id)" || detail.hasPrefix("case \(id) ") else {
            return Form.Entry(digest: digest, content: nil, salt: nil)
        }
        let salt: Data? = try row["salt"]
        return Form.Entry(
            digest: digest,
            content: String(
                decoding: try CanonicalJSON.encoder.encode(AuditContent(row)), as: UTF8.self),
            salt: Hexadecimal.encode(Array(salt ?? Data())))
    }

    /// What does not hold in a document; empty where all is well.
    static func problems(in bytes: [UInt8], key: VerifyingKey) -> [String] {
        guard let form: Form = try? CanonicalJSON.decode(from: Data(bytes)),
            NumberRange.sequence.contains(form.first), form.first > 0
        else {
            return ["\(fileName) cannot be read."]
        }
        guard let text = form.head,
            let head = try? JWS<AuditHead>(verifying: text, with: key).payload
        else { return ["The head of the audit log is not signed with this server's key."] }
        var (link, serial) = (form.previous, form.first - 1)
        for entry in form.entries where serial < head.serial {
            serial += 1
            if let content = entry.content {
                let salt = entry.salt.flatMap { Hexadecimal.decode($0) } ?? []
                guard Digest(of: salt + Array(content.utf8)) == entry.digest else {
                    return ["Entry \(serial) of the audit log was changed."]
                }
            }
            link = AuditHead.link(serial: serial, after: link, content: entry.digest)
        }
        return serial == head.serial && link == head.hash
            ? [] : ["The entries of the audit log do not lead to its signed head."]
    }
}
