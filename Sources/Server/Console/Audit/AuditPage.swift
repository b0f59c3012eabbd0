import AtelierServer
import HTTPTypes
import Hummingbird
import SignedObjects

/// `/console/audit`: who did what, and whether the log is as it was written.
struct AuditPage: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess

    func add(to router: RouterGroup<ServerContext>) {
        router.get("console/audit", use: page)
        router.post("console/audit/check", use: check)
    }

    private struct Check: Decodable {}

    @Sendable private func page(request: Request, context: ServerContext) async throws -> Response {
        let visitor = try await access.visitor(of: request, context)
        return try await page(visitor, request, verdict: nil)
    }

    /// Goes over the whole log; changes nothing, and costs as much as the log is long.
    @Sendable private func check(request: Request, context: ServerContext) async throws -> Response
    {
        let (visitor, _) = try await access.form(Check.self, of: request, context)
        return try await page(visitor, request, verdict: try await core.audit.check())
    }

    private func page(
        _ visitor: ConsoleAccess.Visitor, _ request: Request, verdict: AuditVerdict?
    ) async throws -> Response {
        let asked = FormFields(queryOf: request)
        var search = AuditSearch()
        search.actor = Self.value("actor", asked)
        search.action = Self.value("action", asked)
        search.account = Self.value("account", asked)
        search.text = Self.value("text", asked)
        let list = try await core.audit.search(
            search, before: asked["before"].flatMap { Int64($0) })
        let writer = renderer.writer(for: request)
        let name = visitor.moderator.name
        let kept: [(name: String, value: String)] = [
            ("actor", search.actor), ("action", search.action), ("account", search.account),
            ("text", search.text),
        ]
        return renderer.response(
            visitor.page(
                "audit", title: writer.text("audit.title"), in: .audit,
                values: [
                    "entries": list.entries.map { Self.row($0, writer) },
                    "isEmpty": list.entries.isEmpty,
                    "older": list.next.map { [FormFields.query(kept + [("before", "\($0)")])] }
                        ?? [],
                    "newest": asked["before"] == nil ? [] : [FormFields.query(kept)],
                    "search": Dictionary(
                        uniqueKeysWithValues: kept.map { ($0.name, $0.value) }),
                    "mine": FormFields.query([("actor", name)]), "isMine": search.actor == name,
                    "logins": FormFields.query([("action", "login")]),
                    "isLogins": search.action == "login",
                    "moderation": FormFields.query([("action", "case")]),
                    "isCases": search.action == "case",
                    "isAll": kept.allSatisfy { $0.1.isEmpty },
                    "verdict": verdict.map { [Self.values($0, writer)] } ?? [],
                ]),
            to: request)
    }

    private static func row(_ entry: AuditEntry, _ writer: PageWriter) -> [String: Any] {
        [
            "time": writer.time(entry.time), "actor": PrintableText.line(entry.actor),
            "action": PrintableText.line(entry.action),
            "account": entry.account.map { [["id": "\($0)", "short": $0.short]] } ?? [],
            "reason": PrintableText.line(entry.reason).ifAny,
            "detail": PrintableText.line(entry.detail),
        ]
    }

    private static func values(_ verdict: AuditVerdict, _ writer: PageWriter) -> [String: Any] {
        var faults: [String] = []
        if let row = verdict.brokenAt {
            faults.append(writer.text("audit.broken", ["row": String(row)]))
        }
        if verdict.isCutShort { faults.append(writer.text("audit.cut")) }
        if !verdict.isSigned { faults.append(writer.text("audit.unsigned")) }
        return [
            "holds": verdict.holds, "head": verdict.head.description,
            "rows": writer.text("audit.rows", count: Int(clamping: verdict.rows)),
            "faults": faults,
        ]
    }

    /// What was asked for, in the bounds of what can be found.
    private static func value(_ name: String, _ fields: FormFields) -> String {
        String((fields[name] ?? "").prefix(Limits.searchCharacters))
    }
}
