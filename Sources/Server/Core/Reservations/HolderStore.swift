import AtelierProtocol
import Foundation
public import SignedObjects

/// A rights holder's request to reserve pictures, without an account.
public struct HolderRequest: Codable, Sendable {
    /// The row.
    public let id: Int64
    /// How moderators reach the holder; empty once every reservation was withdrawn, and some time
    /// after the last was refused.
    public let contact: String
    /// Where authorship can be seen; empty for none.
    public let link: String
    /// When it came.
    public let received: UnixTime
}

/// The requests of rights holders as rows; codes are stored as hashes.
struct HolderStore {
    let db: Database

    /// Adds a request.
    ///
    /// - Returns: Its row.
    func add(_ request: HolderReservationRequest, code: RightsCode, now: UnixTime) throws -> Int64 {
        let sql = SQLStatement.insert(
            into: "reservation_holder",
            [
                "code_hash": code.hash.blob, "contact": request.contact,
                "link": request.link ?? "", "received": now.milliseconds,
            ])
        let id: Int64? = try db.rows(
            sql.sql + " RETURNING id", sql.arguments.map { $0 as any SQLConvertible }
        ).first?["id"]
        guard let id else { throw StoredFormError(column: "id") }
        return id
    }

    /// The row of a code; nil where there is none.
    func find(_ code: RightsCode) throws -> Int64? {
        try db.value("SELECT id FROM reservation_holder WHERE code_hash = ?1", [code.hash.blob])
    }

    /// Forgets how the holder is reached, and where authorship can be seen.
    func forgetContact(_ id: Int64) throws {
        try db.execute(
            "UPDATE reservation_holder SET contact = '', link = '' WHERE id = ?1", [id])
    }

    /// Holders with a contact whose reservations were all withdrawn or refused before `moment`.
    /// Some at a time.
    func ended(before moment: UnixTime) throws -> [Int64] {
        try db.rows(
            """
            SELECT id FROM reservation_holder
            WHERE contact <> '' AND received < ?1 AND NOT EXISTS (
                SELECT 1 FROM reservation AS r WHERE r.holder = reservation_holder.id
                    AND (r.state IN ('pending', 'confirmed') OR r.changed >= ?1))
            ORDER BY id LIMIT ?2
            """,
            [moment.milliseconds, Limits.forgottenAtOnce]
        ).map { try $0["id"] }
    }

    /// The requests of some rows.
    func requests(_ ids: Set<Int64>) throws -> [Int64: HolderRequest] {
        var requests: [Int64: HolderRequest] = [:]
        for id in ids.sorted() {
            let row = try db.row("SELECT * FROM reservation_holder WHERE id = ?1", [id])
            guard let row else { continue }
            requests[id] = HolderRequest(
                id: id, contact: try row["contact"], link: try row["link"],
                received: try row.time("received"))
        }
        return requests
    }
}
