import AtelierProtocol
import AtelierServer
import HTTPTypes
import Hummingbird
import NIOCore
import SignedObjects

/// `/console/cases/N`: what is said in a case, what happened, and what can be done.
struct CasePage: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess

    /// The page of a case.
    static func path(_ id: Int64) -> String { "\(ConsoleAccess.root)/cases/\(id)" }

    func add(to router: RouterGroup<ServerContext>) {
        router.get("console/cases/:id", use: page)
        router.get("console/cases/:id/picture", use: picture)
        router.post("console/cases/:id/take", use: take)
        router.post("console/cases/:id/release", use: release)
        router.post("console/cases/:id/note", use: note)
        router.post("console/cases/:id/ask", use: ask)
        router.post("console/cases/:id/preview", use: preview)
        router.post("console/cases/:id/decide", use: decide)
        router.post("console/cases/:id/suspend", use: suspend)
        router.post("console/cases/:id/uphold", use: uphold)
        router.post("console/cases/:id/undo", use: undo)
    }

    @Sendable private func page(request: Request, context: ServerContext) async throws -> Response {
        let visitor = try await access.visitor(of: request, context)
        return try await show(try Self.id(context), visitor, request)
    }

    /// The picture that a claimant gave, as a file that no browser opens by itself.
    @Sendable private func picture(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let visitor = try await access.visitor(of: request, context)
        let id = try Self.id(context)
        let picture = try await core.claims.sentPicture(ofCase: id, as: visitor.moderator.name)
        let name = "case-\(id).\(picture.kind.rawValue)"
        var headers: HTTPFields = [.contentType: "application/octet-stream"]
        headers[.contentDisposition] = "attachment; filename=\"\(name)\""
        headers[.contentSecurityPolicy] = "default-src 'none'; sandbox"
        return Response(
            status: .ok, headers: headers, body: .init(byteBuffer: .init(bytes: picture.bytes)))
    }

    private struct Nothing: Decodable {}

    @Sendable private func take(request: Request, context: ServerContext) async throws -> Response {
        let (visitor, _) = try await access.form(Nothing.self, of: request, context)
        let id = try Self.id(context)
        return try await acting(id, nil, visitor, request) {
            try await core.cases.take(id, as: visitor.moderator.name)
        }
    }

    @Sendable private func release(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, _) = try await access.form(Nothing.self, of: request, context)
        let id = try Self.id(context)
        try await core.cases.release(id, as: visitor.moderator.name)
        return Self.back(to: id)
    }

    @Sendable private func note(request: Request, context: ServerContext) async throws -> Response {
        let (visitor, form) = try await access.form(CaseForm.self, of: request, context)
        let id = try Self.id(context)
        return try await acting(id, form, visitor, request) {
            try core.cases.note(id, text: form.words(form.text), as: visitor.moderator.name)
        }
    }

    @Sendable private func ask(request: Request, context: ServerContext) async throws -> Response {
        let (visitor, form) = try await access.form(CaseForm.self, of: request, context)
        let id = try Self.id(context)
        guard let side = form.chosenSide else { throw HTTPError(.badRequest) }
        return try await acting(id, form, visitor, request) {
            try core.cases.ask(
                id, side, text: form.words(form.text), as: visitor.moderator.name, seen: form.seen)
        }
    }

    /// Shows what a verdict would touch; changes nothing.
    @Sendable private func preview(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            CaseForm.self, of: request, context, atLeast: .moderator)
        let id = try Self.id(context)
        let verdict = try form.verdict(now: core.now)
        do {
            let effect = try core.cases.preview(id, verdict, as: visitor.moderator.name)
            return try await show(id, visitor, request, form: form, preview: (verdict, effect))
        } catch let error as ServerError {
            return try await show(id, visitor, request, form: form, refusal: error)
        }
    }

    @Sendable private func decide(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            CaseForm.self, of: request, context, atLeast: .moderator)
        let verdict = try form.verdict(now: core.now)
        // A suspension asks for the passkey, and has a route that does.
        guard verdict.act != .suspend else { throw HTTPError(.badRequest) }
        return try await decide(verdict, form, visitor, request, context)
    }

    @Sendable private func suspend(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            CaseForm.self, of: request, context, atLeast: .moderator, fresh: true)
        let verdict = try form.verdict(now: core.now)
        guard verdict.act == .suspend else { throw HTTPError(.badRequest) }
        return try await decide(verdict, form, visitor, request, context)
    }

    private func decide(
        _ verdict: CaseVerdict, _ form: CaseForm, _ visitor: ConsoleAccess.Visitor,
        _ request: Request, _ context: ServerContext
    ) async throws -> Response {
        let (id, name) = (try Self.id(context), visitor.moderator.name)
        return try await acting(id, form, visitor, request) {
            if try core.cases.dossier(id).state == .appealed {
                try core.cases.settleAppeal(
                    id, with: verdict, text: verdict.text, as: name, seen: form.seen)
            } else {
                try core.cases.decide(id, verdict, as: name, seen: form.seen)
            }
            try await core.cases.release(id, as: name)
        }
    }

    @Sendable private func uphold(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            CaseForm.self, of: request, context, atLeast: .moderator)
        let id = try Self.id(context)
        return try await acting(id, form, visitor, request) {
            try core.cases.settleAppeal(
                id, with: nil, text: form.words(form.text), as: visitor.moderator.name,
                seen: form.seen)
        }
    }

    @Sendable private func undo(request: Request, context: ServerContext) async throws -> Response {
        let (visitor, form) = try await access.form(
            CaseForm.self, of: request, context, atLeast: .moderator)
        let id = try Self.id(context)
        return try await acting(id, form, visitor, request) {
            try core.cases.undo(
                id, text: form.words(form.text), as: visitor.moderator.name, seen: form.seen)
        }
    }

    /// Acts and goes back to the case; where the act is refused, the page says why and keeps what
    /// was written.
    private func acting(
        _ id: Int64, _ form: CaseForm?, _ visitor: ConsoleAccess.Visitor, _ request: Request,
        _ act: () async throws -> Void
    ) async throws -> Response {
        do {
            try await act()
            return Self.back(to: id)
        } catch let error as ServerError {
            return try await show(id, visitor, request, form: form, refusal: error)
        }
    }

    private func show(
        _ id: Int64, _ visitor: ConsoleAccess.Visitor, _ request: Request, form: CaseForm? = nil,
        preview: (CaseVerdict, DecisionEffect)? = nil, refusal: ServerError? = nil
    ) async throws -> Response {
        switch refusal {
        case nil, .caseRefused, .caseChanged, .caseTaken, .invalidValue: break
        case .some(let error): throw error
        }
        let writer = renderer.writer(for: request)
        let view = CasePageView(
            dossier: try core.cases.dossier(id), lock: try await core.cases.lock(of: id),
            visitor: visitor, form: form,
            words: CaseTexts(writer: writer, name: visitor.moderator.name, now: core.now))
        return renderer.response(
            visitor.page(
                "case", title: writer.text("case.title", ["number": String(id)]), in: .queue,
                values: view.values(preview: preview, refusal: refusal),
                status: refusal == nil ? .ok : .conflict),
            to: request)
    }

    private static func id(_ context: ServerContext) throws -> Int64 {
        guard let id = context.parameters.get("id").flatMap({ Int64($0) }) else {
            throw HTTPError(.notFound)
        }
        return id
    }

    private static func back(to id: Int64) -> Response {
        .redirect(to: path(id), type: .normal)
    }
}
