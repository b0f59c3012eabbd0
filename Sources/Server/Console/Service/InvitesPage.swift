import AtelierProtocol
import AtelierServer
import Hummingbird

/// The acts on invites; `/console/service` lists them.
struct InvitesPage: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess

    private static let path = "\(ConsoleAccess.root)/service#invites"

    func add(to router: RouterGroup<ServerContext>) {
        router.post("console/service/invites", use: create)
        router.post("console/service/invites/revoke", use: revoke)
    }

    private struct Create: Decodable {
        let count: Int
        let days: Int
    }

    private struct Revoke: Decodable {
        let id: String
    }

    @Sendable private func create(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            Create.self, of: request, context, atLeast: .administrator)
        guard (1...Limits.invitesAtOnce).contains(form.count),
            (1...Limits.inviteDays).contains(form.days)
        else { throw HTTPError(.badRequest) }
        let codes = try core.invites.create(
            count: form.count, lifetime: .seconds(form.days * 86_400),
            actor: visitor.moderator.name)
        let writer = renderer.writer(for: request)
        return renderer.response(
            visitor.page(
                "once", title: writer.text("service.codes", count: codes.count), in: .service,
                values: [
                    "lead": writer.text("service.codes-lead"),
                    "secrets": codes.map(\.description), "back": Self.path,
                ]),
            to: request)
    }

    @Sendable private func revoke(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            Revoke.self, of: request, context, atLeast: .administrator)
        _ = try core.invites.revoke(form.id, actor: visitor.moderator.name)
        return .redirect(to: Self.path, type: .normal)
    }
}

/// The invites on one page, the newest first.
struct InviteRows {
    let rows: [[String: Any]]
    let page: ListPage

    init(_ core: ServerCore, _ request: Request, _ writer: PageWriter) throws {
        let invites = try core.invites.list()
        let number = request.uri.queryParameters["page"].flatMap { Int($0) } ?? 1
        page = ListPage(number: number, of: invites.count, size: Limits.rowsPerPage)
        rows = invites[page.range].map { invite in
            [
                "id": invite.id, "created": writer.time(invite.created),
                "expires": writer.time(invite.expires),
                "state": writer.text("service.invite-\(invite.state)"),
                "isOpen": invite.state == "open",
                "account": invite.account.map {
                    [["id": "\($0)", "short": $0.short]]
                } ?? [],
            ] as [String: Any]
        }
    }
}
