import AtelierProtocol
import AtelierServer
import HTTPTypes
import Hummingbird
import SignedObjects

/// `/console`, the cases that wait for somebody, and `/console/appeals`, those with an appeal.
struct QueuePage: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess

    func add(to router: RouterGroup<ServerContext>) {
        router.get("console", use: page)
        router.get("console/appeals") { _, _ in
            Response.redirect(to: "\(ConsoleAccess.root)?part=appeals", type: .normal)
        }
    }

    @Sendable private func page(request: Request, context: ServerContext) async throws -> Response {
        let visitor = try await access.visitor(of: request, context)
        let asked = FormFields(queryOf: request)
        let text = String((asked["search"] ?? "").prefix(Limits.searchCharacters))
        let search = text.filter { !$0.isWhitespace }
        var filter = QueueFilter(
            asked["part"].flatMap { QueueFilter.Part(rawValue: $0) } ?? .all,
            kind: asked["kind"].flatMap { CaseKind(rawValue: $0) })
        var isUnknown = false
        if !search.isEmpty {
            if let number = try await core.cases.find(search) {
                return .redirect(to: CasePage.path(number), type: .normal)
            }
            do {
                filter.account = try IDLookup(core).account(search)
            } catch is ServerError {
                isUnknown = true
            }
        }
        let name = visitor.moderator.name
        let page = min(max(0, Int(asked["page"] ?? "") ?? 0), Limits.queuePages)
        let queue = try await core.cases.queue(
            filter, as: name, page: page, size: Limits.rowsPerPage)
        let writer = renderer.writer(for: request)
        let words = CaseTexts(writer: writer, name: name, now: core.now)
        let kept: [(name: String, value: String)] = [
            ("part", filter.part.rawValue), ("kind", filter.kind?.rawValue ?? ""),
            ("search", isUnknown ? "" : text),
        ]
        let overdue = queue.counts[.overdue] ?? 0
        let appeals = queue.counts[.appeals] ?? 0
        return renderer.response(
            visitor.page(
                "queue", title: writer.text("queue.title", count: queue.counts[.all] ?? 0),
                in: .queue,
                values: [
                    "lead": lead(overdue: overdue, appeals: appeals, writer),
                    "search": text, "isUnknown": isUnknown, "part": filter.part.rawValue,
                    "parts": parts(filter, queue, writer), "kinds": kinds(filter, writer),
                    "cases": isUnknown ? [] : queue.cases.map { words.row($0) },
                    "isEmpty": isUnknown || queue.cases.isEmpty,
                    "previous": page > 0
                        ? [FormFields.query(kept + [("page", "\(page - 1)")])] : [],
                    "next": queue.hasMore
                        ? [FormFields.query(kept + [("page", "\(page + 1)")])] : [],
                ]),
            to: request)
    }

    private func lead(overdue: Int, appeals: Int, _ writer: PageWriter) -> String {
        let late =
            overdue > 0
            ? writer.text("queue.overdue-count", count: overdue) : writer.text("queue.in-time")
        return appeals > 0
            ? late + " " + writer.text("queue.appeals-count", count: appeals) : late
    }

    private func parts(
        _ filter: QueueFilter, _ queue: CaseQueue, _ writer: PageWriter
    ) -> [[String: Any]] {
        QueueFilter.Part.allCases.map { part in
            [
                "name": writer.text("queue.part-\(part.rawValue)"),
                "count": queue.counts[part].map { [String($0)] } ?? [],
                "address": FormFields.query([
                    ("part", part.rawValue), ("kind", filter.kind?.rawValue ?? ""),
                ]),
                "isShown": part == filter.part,
            ]
        }
    }

    private func kinds(_ filter: QueueFilter, _ writer: PageWriter) -> [[String: Any]] {
        CaseKind.allCases.map { kind in
            [
                "value": kind.rawValue, "name": writer.text("case.kind-\(kind.rawValue)"),
                "isShown": kind == filter.kind,
            ]
        }
    }
}
