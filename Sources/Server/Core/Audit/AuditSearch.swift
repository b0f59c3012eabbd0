import AtelierProtocol
import SignedObjects

/// What is looked for in the audit log; nothing named means everything.
package struct AuditSearch: Sendable {
    /// Who did it, exactly.
    package var actor = ""
    /// What was done: the beginning of it.
    package var action = ""
    /// The beginning of the account's id.
    package var account = ""
    /// A part of the reason or the details, without regard to capitals of ASCII.
    package var text = ""

    /// Everything.
    package init() {}
}

/// A part of the audit log, the newest first.
package struct AuditList: Sendable {
    /// What was found.
    package let entries: [AuditEntry]
    /// The id before which to go on; nil where there is nothing older.
    package let next: Int64?
}

extension AuditService {
    /// What fits a search, the newest first: looks at a bounded number of rows, and says where to
    /// go on.
    ///
    /// - Parameter before: The id before which to begin; nil: with the newest.
    package func search(
        _ search: AuditSearch, before: Int64?
    ) async throws -> AuditList {
        let range = HexPrefix(search.account, of: AccountID.self)
        // What is no beginning of an id finds nothing.
        guard let range else { return AuditList(entries: [], next: nil) }
        let statement = Self.statement(search, range, before: before ?? Int64.max)
        return try await database.read { db in
            let rows = try db.answers(to: [statement]).first?.rows ?? []
            let found = try rows.prefix(Limits.auditEntriesPerPage).map(AuditEntry.init)
            if rows.count > Limits.auditEntriesPerPage {
                return AuditList(entries: found, next: found.last?.id)
            }
            let oldest: Int64? = try db.value(
                "SELECT id FROM audit WHERE id < ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2",
                [before ?? Int64.max, Limits.auditRowsSearched - 1])
            return AuditList(entries: found, next: oldest)
        }
    }

    /// Goes over the whole audit log, beside the threads that answer.
    package func check() async throws -> AuditVerdict {
        let key = publicKey
        return try await database.read { db in try AuditChain(db: db).verdict(key: key) }
    }

    private static func statement(
        _ search: AuditSearch, _ range: HexPrefix, before: Int64
    ) -> SQLStatement {
        SQLStatement(
            """
            SELECT * FROM (
                SELECT * FROM audit WHERE id < ?1 ORDER BY id DESC LIMIT ?2) AS recent
            WHERE (actor = ?3 OR ?3 = '') AND action LIKE ?4 ESCAPE '!'
                AND (?5 = '' OR account BETWEEN ?6 AND ?7)
                AND (LOWER(detail) LIKE ?8 ESCAPE '!' OR LOWER(reason) LIKE ?8 ESCAPE '!')
            ORDER BY id DESC LIMIT ?9
            """,
            [
                before, Limits.auditRowsSearched, search.actor,
                SQLStatement.literalInLike(search.action) + "%",
                search.account, range.first, range.last,
                "%\(SQLStatement.literalInLike(lowercased(search.text)))%",
                Limits.auditEntriesPerPage + 1,
            ])
    }

    /// As SQLite's LOWER does: only what ASCII has.
    private static func lowercased(_ text: String) -> String {
        String(text.map { $0.isASCII ? Character($0.lowercased()) : $0 })
    }
}

extension AuditEntry {
    init(_ row: Row) throws {
        let content = try AuditContent(row)
        self.init(
            id: try row["id"], time: content.time, actor: content.actor, action: content.action,
            account: content.account, reason: content.reason, detail: content.detail)
    }
}
