import AtelierServer
import Foundation
import HTTPTypes
import Hummingbird

/// `/console/me`: one's own passkeys and sessions.
struct MePages: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess

    private static let path = "\(ConsoleAccess.root)/me"

    func add(to router: RouterGroup<ServerContext>) {
        router.get("console/me", use: page)
        router.post("console/me/passkeys/add", use: addPage)
        router.post("console/me/passkeys", use: add)
        router.post("console/me/passkeys/remove", use: remove)
        router.post("console/me/sessions/end", use: end)
    }

    private struct Nothing: Decodable {}

    private struct Named: Decodable {
        let id: String
    }

    private struct Added: SessionMessage {
        let token: String
        let label: String
        let passkey: PasskeyAttestation
    }

    private struct Ended: Decodable {
        /// Nil: all of them.
        let id: String?
    }

    @Sendable private func page(request: Request, context: ServerContext) async throws -> Response {
        let visitor = try await access.visitor(of: request, context)
        let name = visitor.moderator.name
        let writer = renderer.writer(for: request)
        let passkeys = try await core.passkeys.list(of: name).map { passkey in
            [
                "id": passkey.id, "label": passkey.label, "created": writer.time(passkey.created),
                "used": passkey.used.map(writer.time),
            ] as [String: Any?]
        }
        let sessions = try await core.moderators.sessions(of: name).map { session in
            [
                "id": session.id, "browser": session.browser.ifAny,
                "opened": writer.time(session.opened), "seen": writer.time(session.seen),
                "isThis": session.id == visitor.session.id,
            ] as [String: Any]
        }
        return renderer.response(
            visitor.page(
                "me", title: writer.text("me.title"), in: .me,
                values: [
                    "passkeys": passkeys.map { $0.compactMapValues { $0 } },
                    "severalPasskeys": passkeys.count > 1, "sessions": sessions,
                    "severalSessions": sessions.count > 1,
                ]),
            to: request)
    }

    /// Asks the browser for another passkey.
    @Sendable private func addPage(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, _) = try await access.form(Nothing.self, of: request, context, fresh: true)
        let visit = try access.visit(of: request, context)
        let wanted = try await core.passkeys.beginAdding(to: visitor.session, on: visit)
        let writer = renderer.writer(for: request)
        return renderer.response(
            visitor.page(
                "me-passkey", title: writer.text("me.add"), in: .me,
                values: [
                    "request": String(decoding: try JSONEncoder().encode(wanted), as: UTF8.self)
                ]),
            to: request)
    }

    @Sendable private func add(request: Request, context: ServerContext) async throws -> Response {
        try await PasskeyReply.answer {
            let (visitor, message) = try await access.message(Added.self, of: request, context)
            guard visitor.session.isConfirmed(at: core.now) else {
                throw PasskeyRefusal.challengeEnded
            }
            try await core.passkeys.add(
                message.passkey, label: message.label, to: visitor.session,
                on: try access.visit(of: request, context))
            return try PasskeyReply.json(["next": Self.path])
        }
    }

    @Sendable private func remove(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(Named.self, of: request, context, fresh: true)
        try await core.passkeys.remove(form.id, in: visitor.session)
        return .redirect(to: Self.path, type: .normal)
    }

    @Sendable private func end(request: Request, context: ServerContext) async throws -> Response {
        let (visitor, form) = try await access.form(Ended.self, of: request, context, fresh: true)
        _ = try await core.moderators.endSessions(form.id, of: visitor.moderator.name)
        // One's own may be among them: the page then leads to the sign-in.
        return .redirect(to: Self.path, type: .normal)
    }
}
