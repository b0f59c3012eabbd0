import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SignedObjects

/// `/console/service`: pause, resume and end the service; for administrators.
struct ServicePage: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess

    private static let path = "\(ConsoleAccess.root)/service"

    func add(to router: RouterGroup<ServerContext>) {
        router.get("console/service", use: page)
        router.post("console/service/pause", use: pause)
        router.post("console/service/resume", use: resume)
        router.get("console/service/close", use: closePage)
        router.post("console/service/close", use: close)
        router.get("console/service/report.json", use: report)
    }

    private struct Pause: Decodable {
        let reason: String
        let message: String
        /// Hours; empty: until it is resumed.
        let hours: String
    }

    private struct Resume: Decodable {
        let message: String
    }

    private struct Close: Decodable {
        let reason: String
        let message: String
        let typed: String
    }

    @Sendable private func page(request: Request, context: ServerContext) async throws -> Response {
        let visitor = try await access.visitor(of: request, context, atLeast: .administrator)
        let state = try await core.moderation.serviceState()
        let server = try await core.describe()
        let writer = renderer.writer(for: request)
        let invites = try InviteRows(core, request, writer)
        let pause = state.pause.map { pause in
            [
                "reason": pause.reason, "words": pause.words.ifAny,
                "until": pause.until.map { [writer.time($0)] } ?? [],
            ] as [String: Any]
        }
        return renderer.response(
            visitor.page(
                "service", title: writer.text("service.title-\(Self.name(state))"), in: .service,
                values: [
                    "pause": pause.map { [$0] } ?? [],
                    "closed": state.closed.map { [writer.time($0)] } ?? [],
                    "goesOn": state.pause == nil && state.closed == nil,
                    "isOpen": state.closed == nil,
                    "mode": writer.text("service.mode-\(server.registration.rawValue)"),
                    "fingerprint": core.fingerprint,
                    "credits": writer.text("home.credits", count: server.freeCredits),
                    "site": core.policy.site.map { [$0.origin] } ?? [],
                    "invites": invites.rows,
                    "pages": invites.page.values,
                ]),
            to: request)
    }

    private static func name(_ state: ServiceState) -> String {
        if state.closed != nil { return "closed" }
        return state.pause == nil ? "on" : "paused"
    }

    @Sendable private func pause(request: Request, context: ServerContext) async throws -> Response
    {
        let (visitor, form) = try await access.form(
            Pause.self, of: request, context, atLeast: .administrator, fresh: true)
        let hours = Int(form.hours)
        guard form.hours.isEmpty || (1...Limits.pauseHours).contains(hours ?? 0) else {
            throw HTTPError(.badRequest)
        }
        try core.moderation.pauseService(
            reason: form.reason, until: hours.map { core.now + .seconds($0 * 3600) },
            message: form.message, actor: visitor.moderator.name)
        return .redirect(to: Self.path, type: .normal)
    }

    @Sendable private func resume(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            Resume.self, of: request, context, atLeast: .administrator, fresh: true)
        try core.moderation.resumeService(message: form.message, actor: visitor.moderator.name)
        return .redirect(to: Self.path, type: .normal)
    }

    @Sendable private func closePage(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let visitor = try await access.visitor(of: request, context, atLeast: .administrator)
        return try closePage(visitor, request, isTypo: false)
    }

    private func closePage(
        _ visitor: ConsoleAccess.Visitor, _ request: Request, isTypo: Bool
    ) throws -> Response {
        let writer = renderer.writer(for: request)
        let preview = try core.closing.preview(reason: "preview", as: visitor.moderator.name)
        return renderer.response(
            visitor.page(
                "service-close", title: writer.text("service.close-title"), in: .service,
                values: [
                    "gone": [
                        writer.text("service.close-segments", count: preview.segments),
                        writer.text("service.close-registrations", count: preview.registrations),
                        writer.text("service.close-rights", count: preview.rights),
                    ],
                    "stays": writer.text("service.close-receipts", count: preview.receiptsKept),
                    "word": core.closingWord, "isTypo": isTypo,
                ], status: isTypo ? .unprocessableContent : .ok),
            to: request)
    }

    @Sendable private func close(request: Request, context: ServerContext) async throws -> Response
    {
        let (visitor, form) = try await access.form(
            Close.self, of: request, context, atLeast: .administrator, fresh: true)
        guard form.typed == core.closingWord else {
            return try closePage(visitor, request, isTypo: true)
        }
        _ = try core.closing.close(
            reason: form.reason, message: form.message, as: visitor.moderator.name)
        return .redirect(to: Self.path, type: .normal)
    }

    /// The report over the service's whole life, after its end.
    @Sendable private func report(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let visitor = try await access.visitor(of: request, context, atLeast: .administrator)
        guard let closing = try core.closing.finished(as: visitor.moderator.name) else {
            throw HTTPError(.notFound)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/json",
                .contentDisposition: "attachment; filename=\"report.json\"",
            ], body: .init(byteBuffer: ByteBuffer(string: closing.report)))
    }
}

extension ServerCore {
    /// What is typed to end the service: the beginning of this server's fingerprint, so that nobody
    /// ends another server than the one they mean.
    fileprivate var closingWord: String { String(fingerprint.prefix(8)) }
}
