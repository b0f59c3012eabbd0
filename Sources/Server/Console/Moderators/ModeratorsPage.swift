import AtelierServer
import HTTPTypes
import Hummingbird

/// `/console/moderators`: who may decide; for administrators.
struct ModeratorsPage: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess

    private static let path = "\(ConsoleAccess.root)/moderators"

    func add(to router: RouterGroup<ServerContext>) {
        router.get("console/moderators", use: page)
        router.post("console/moderators/add", use: add)
        router.post("console/moderators/role", use: role)
        router.post("console/moderators/sign-out", use: signOut)
        router.post("console/moderators/remove", use: remove)
    }

    private struct Added: Decodable {
        let name: String
        let role: String
    }

    private struct Named: Decodable {
        let name: String
    }

    @Sendable private func page(request: Request, context: ServerContext) async throws -> Response {
        let visitor = try await access.visitor(of: request, context, atLeast: .administrator)
        let writer = renderer.writer(for: request)
        let moderators = try core.moderators.list()
        let administrators = moderators.count { $0.role == .administrator }
        let number = request.uri.queryParameters["page"].flatMap { Int($0) } ?? 1
        let part = ListPage(number: number, of: moderators.count, size: Limits.rowsPerPage)
        let rows = moderators[part.range].map { row in
            [
                "name": row.name,
                "roles": ModeratorRole.allCases.map { role in
                    [
                        "value": role.rawValue, "name": writer.text("console.\(role.rawValue)"),
                        "isTheirs": role == row.role,
                    ] as [String: Any]
                },
                "role": row.role.rawValue, "passkeys": String(row.passkeys),
                "hasPasskey": row.passkeys > 0, "created": writer.time(row.created),
                "login": row.lastLogin.map { [writer.time($0)] } ?? [],
                "isInSession": row.lastSeen != nil, "isYou": row.name == visitor.moderator.name,
                "isLast": row.role == .administrator && administrators == 1,
            ] as [String: Any]
        }
        return renderer.response(
            visitor.page(
                "moderators", title: writer.text("moderators.title"), in: .moderators,
                values: [
                    "moderators": rows, "pages": part.values,
                    "lead": writer.text(
                        "moderators.lead", count: moderators.count),
                ]),
            to: request)
    }

    @Sendable private func add(request: Request, context: ServerContext) async throws -> Response {
        let (visitor, form) = try await access.form(
            Added.self, of: request, context, atLeast: .administrator, fresh: true)
        guard let role = ModeratorRole(rawValue: form.role) else { throw HTTPError(.badRequest) }
        let invitation = try core.moderators.add(
            form.name, role: role, actor: visitor.moderator.name, as: visitor.moderator.name)
        let writer = renderer.writer(for: request)
        let site = access.site(of: request, context)?.origin ?? ""
        return renderer.response(
            visitor.page(
                "once", title: writer.text("moderators.link"), in: .moderators,
                values: [
                    "lead": writer.text("moderators.link-lead", ["name": form.name]),
                    "secrets": ["\(site)\(invitation.path)"], "back": Self.path,
                ]),
            to: request)
    }

    @Sendable private func role(request: Request, context: ServerContext) async throws -> Response {
        let (visitor, form) = try await access.form(
            Added.self, of: request, context, atLeast: .administrator, fresh: true)
        guard let role = ModeratorRole(rawValue: form.role) else { throw HTTPError(.badRequest) }
        try core.moderators.setRole(role, of: form.name, as: visitor.moderator.name)
        // Who is no administrator any more is led on to what they may see.
        let isOwn = form.name == visitor.moderator.name && role < .administrator
        return .redirect(to: isOwn ? ConsoleAccess.root : Self.path, type: .normal)
    }

    @Sendable private func signOut(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            Named.self, of: request, context, atLeast: .administrator, fresh: true)
        _ = try await core.moderators.endSessions(
            nil, of: form.name, as: visitor.moderator.name)
        return .redirect(to: Self.path, type: .normal)
    }

    @Sendable private func remove(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            Named.self, of: request, context, atLeast: .administrator, fresh: true)
        let name = visitor.moderator.name
        try core.moderators.remove(form.name, actor: name, as: name)
        return .redirect(to: Self.path, type: .normal)
    }
}
