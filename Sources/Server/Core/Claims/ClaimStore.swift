import AtelierProtocol
import Fingerprints
import Foundation
public import SignedObjects

/// A claim as moderators see it.
public struct ClaimSummary: Codable, Sendable {
    /// The row.
    public let id: Int64
    /// What the claimant says.
    public let statement: String
    /// How moderators reach the claimant; empty once the claim was withdrawn, and some time after
    /// its cases have ended.
    public let contact: String
    /// Where authorship can be seen.
    public let links: [String]
    /// When it was made.
    public let opened: UnixTime
    /// Whether the claimant withdrew it.
    public let isWithdrawn: Bool
    /// The bytes of the claimant's picture; nil where none was given.
    public let pictureBytes: Int?
}

/// A claim and the cases that it opened.
public struct ClaimWithCases: Codable, Sendable {
    /// The claim.
    public let claim: ClaimSummary
    /// By their numbers.
    public let cases: [CaseSummary]
}

/// Claims and the pictures that claimants gave, as rows; codes are stored as hashes.
struct ClaimStore {
    let db: Database

    /// Adds a claim.
    ///
    /// - Returns: Its row.
    func add(_ request: ClaimRequest, code: RightsCode, now: UnixTime) throws -> Int64 {
        let links = String(
            decoding: try CanonicalJSON.encoder.encode(request.links), as: UTF8.self)
        let sql = SQLStatement.insert(
            into: "claim",
            [
                "code_hash": code.hash.blob, "statement": request.statement,
                "contact": request.contact, "links": links, "opened": now.milliseconds,
            ])
        let id: Int64? = try db.rows(
            sql.sql + " RETURNING id", sql.arguments.map { $0 as any SQLConvertible }
        ).first?["id"]
        guard let id else { throw StoredFormError(column: "id") }
        return id
    }

    /// The row of a code; nil where there is none.
    func find(_ code: RightsCode) throws -> Int64? {
        try db.value("SELECT id FROM claim WHERE code_hash = ?1", [code.hash.blob])
    }

    /// One claim.
    func summary(_ id: Int64) throws -> ClaimSummary {
        let row = try db.row(
            """
            SELECT claim.*, (SELECT size FROM claim_picture WHERE claim = claim.id) AS size
            FROM claim WHERE id = ?1
            """,
            [id])
        guard let row else { throw ServerError.notFound("claim \(id)", list: "rights list") }
        return try ClaimSummary(row)
    }

    /// Every claim, newest first.
    func summaries() throws -> [ClaimSummary] {
        try db.rows(
            """
            SELECT claim.*, (SELECT size FROM claim_picture WHERE claim = claim.id) AS size
            FROM claim ORDER BY id DESC LIMIT ?1
            """,
            [Limits.listedRows]
        ).map(ClaimSummary.init)
    }

    /// Ends a claim, and forgets how the claimant is reached.
    func withdraw(_ id: Int64, now: UnixTime) throws {
        try db.execute(
            "UPDATE claim SET withdrawn = ?1 WHERE id = ?2", [now.milliseconds, id])
        try forgetContact(id)
    }

    /// Forgets how the claimant is reached, where authorship can be seen, and the picture. What the
    /// claimant said stays in the case.
    func forgetContact(_ id: Int64) throws {
        try db.execute("UPDATE claim SET contact = '', links = '[]' WHERE id = ?1", [id])
        try db.execute("DELETE FROM claim_picture WHERE claim = ?1", [id])
    }

    /// Claims with a contact whose cases had all ended before `moment`: nothing can change them any
    /// more, or the time to appeal was over too. Some at a time.
    func ended(before moment: UnixTime) throws -> [Int64] {
        try db.rows(
            """
            SELECT id FROM claim
            WHERE contact <> '' AND opened < ?1 AND NOT EXISTS (
                SELECT 1 FROM moderation_case AS m
                WHERE m.claimant_kind = 'claim' AND m.claimant_id = claim.id AND NOT (
                    m.state = 'final' AND m.changed < ?1
                    OR m.state = 'decided' AND m.changed < ?2))
            ORDER BY id LIMIT ?3
            """,
            [
                moment.milliseconds, (moment + (.zero - RightsLimits.appealTime)).milliseconds,
                Limits.forgottenAtOnce,
            ]
        ).map { try $0["id"] }
    }

    /// Stores a claimant's picture in place of the one before.
    func setPicture(_ bytes: [UInt8], _ kind: ClaimPicture.Kind, of id: Int64, now: UnixTime) throws
    {
        try db.execute(
            .insert(
                into: "claim_picture",
                [
                    "claim": id, "kind": kind.rawValue, "size": bytes.count,
                    "bytes": Data(bytes), "received": now.milliseconds,
                ], onConflict: .updates(by: ["claim"])))
    }

    /// The bytes of all pictures.
    func pictureBytes() throws -> Int64 {
        try db.value("SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM claim_picture") ?? 0
    }

    /// A claimant's picture; nil where none was given.
    func picture(of id: Int64) throws -> ClaimPicture? {
        try db.row("SELECT * FROM claim_picture WHERE claim = ?1", [id]).map { row in
            let bytes: Data = try row["bytes"]
            return ClaimPicture(kind: try row.choice("kind"), bytes: Array(bytes))
        }
    }
}

extension ClaimSummary {
    fileprivate init(_ row: Row) throws {
        let links: String = try row["links"]
        self.init(
            id: try row["id"], statement: try row["statement"], contact: try row["contact"],
            links: try CanonicalJSON.decode(from: Data(links.utf8)),
            opened: try row.time("opened"), isWithdrawn: try !row.isNull("withdrawn"),
            pictureBytes: try row["size"])
    }
}

/// A picture that a claimant gave: bytes that nobody has looked into beyond their first, to be
/// downloaded and never shown by a browser.
public struct ClaimPicture: Sendable {
    /// What its first bytes say that it is.
    public enum Kind: String, Sendable {
        case png
        case jpeg
        case webp

        /// The kind of a file's first bytes, else nil.
        init?(_ bytes: [UInt8]) {
            if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
                self = .png
            } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
                self = .jpeg
            } else if bytes.starts(with: "RIFF".utf8),
                bytes.dropFirst(8).starts(with: "WEBP".utf8)
            {
                self = .webp
            } else {
                return nil
            }
        }
    }

    /// What it says that it is.
    public let kind: Kind
    /// The file.
    public let bytes: [UInt8]
}
