import Foundation
import SignedObjects

/// The chain over the audit log: `audit_head` holds how many rows there are and the last one's
/// link.
///
/// Rows from before the chain have no link; the first one that has takes them all in.
struct AuditChain {
    let db: Database

    /// The link of a row that is about to be written; others wait until this transaction ends.
    func next(_ content: AuditContent) throws -> Digest {
        let head = try db.row(
            "UPDATE audit_head SET number = number + 1 WHERE name = 'audit' RETURNING number, hash")
        guard let head else { throw StoredFormError(column: "audit_head") }
        let previous: Digest =
            try head.isNull("hash") ? try walk().last : try head.fixed("hash")
        let link = try content.link(number: try head["number"], after: previous)
        try db.execute(
            "UPDATE audit_head SET hash = ?1 WHERE name = 'audit'", [link.blob])
        return link
    }

    /// What a walk over the log found.
    struct Walk {
        /// How many rows hold together, from the first.
        var count: Int64 = 0
        /// The last one's link.
        var last = Digest.zero
        /// The first row that does not, if any.
        var broken: Int64?
        /// Whether one of the links is the one that was looked for.
        var isFound = false
        fileprivate var hasLinks = false
    }

    /// Goes over the log from its beginning to the first row that does not hold.
    func walk(lookingFor known: Digest? = nil) throws -> Walk {
        var walk = Walk()
        walk.isFound = known == .zero
        var after: Int64 = 0
        while true {
            let rows = try db.rows(
                "SELECT * FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2", [after, Limits.auditPage])
            for row in rows {
                after = try row["id"]
                guard try take(row, &walk) else {
                    walk.broken = after
                    return walk
                }
                if walk.last == known { walk.isFound = true }
            }
            if rows.count < Limits.auditPage { return walk }
        }
    }

    /// How many rows there should be, and the last one's link; nil where no row has one yet.
    func head() throws -> (count: Int64, last: Digest?) {
        let row = try db.row("SELECT number, hash FROM audit_head WHERE name = 'audit'")
        guard let row else { throw StoredFormError(column: "audit_head") }
        return (try row["number"], try row.isNull("hash") ? nil : try row.fixed("hash"))
    }

    private func take(_ row: Row, _ walk: inout Walk) throws -> Bool {
        let link = try AuditContent(row).link(number: walk.count + 1, after: walk.last)
        let stored: Data? = try row["hash"]
        if let stored {
            guard stored == link.blob else { return false }
            walk.hasLinks = true
        } else if walk.hasLinks {
            return false
        }
        walk.count += 1
        walk.last = link
        return true
    }
}
