import AtelierProtocol
import AtelierServer
import HTTPTypes
import Hummingbird
import PageParts
import SignedObjects

/// `/rights/case`: a claim or reservations, followed by the code that was given for them.
///
/// A code in an address stays in histories and logs. So a form sends it, or a link does, and it
/// moves at once into a cookie that no script reads, until the browser or the page is closed.
struct FollowPage: Sendable {
    let page: PublicPage
    let access: ConsoleAccess

    static let path = "/rights/case"

    func add(to router: RouterGroup<ServerContext>) {
        router.get("rights/case", use: show)
        router.post("rights/case", use: open)
        router.get("rights/claims/:code", use: follow)
        router.get("rights/reservations/:code", use: follow)
        router.post("rights/case/:act", use: act)
    }

    private struct Act: Decodable {
        var text: String?
        var number: Int64?
        var sure: String?
    }

    @Sendable private func show(request: Request, context: ServerContext) async throws -> Response {
        _ = try await page.core.readGuest(request, context)
        guard let code = code(of: request, context) else { return ask(request) }
        do {
            let after = request.uri.queryParameters.get("after", as: Int64.self) ?? 0
            let found = try await page.core.rightsByCode.find(code, after: max(0, after))
            return show(found, request)
        } catch ServerError.refused(.notFound, _, _) {
            return ask(request, refusing: true)
        }
    }

    /// Takes the code from the form.
    @Sendable private func open(request: Request, context: ServerContext) async throws -> Response {
        let fields = FormFields(reading: try await form(request, context).body)
        guard let code = Self.code(fields["code"] ?? "") else {
            return ask(request, refusing: true)
        }
        return remember(code, request, context)
    }

    /// Takes the code from a link, out of the address.
    @Sendable private func follow(
        request: Request, context: ServerContext
    ) async throws -> Response {
        _ = try await page.core.readGuest(request, context)
        guard let code = Self.code(context.parameters.get("code") ?? "") else {
            return ask(request, refusing: true)
        }
        return remember(code, request, context)
    }

    @Sendable private func act(request: Request, context: ServerContext) async throws -> Response {
        let sent = try await form(request, context)
        let name = context.parameters.get("act") ?? ""
        if name == "close" { return forget(request, context) }
        guard let act = RightsByCode.Act(rawValue: name) else { throw HTTPError(.notFound) }
        guard let code = code(of: request, context) else { return redirect() }
        let text = String(decoding: sent.body, as: UTF8.self)
        guard let form = try? URLEncodedFormDecoder().decode(Act.self, from: text),
            act != .withdraw || form.sure != nil
        else { throw HTTPError(.badRequest) }
        try await page.core.rightsByCode.act(
            act, saying: form.text ?? "", in: form.number, by: code, sent)
        return redirect()
    }

    /// A form of a page of this server: with the cookie alone another site's could write.
    private func form(_ request: Request, _ context: ServerContext) async throws -> GuestForm {
        guard access.isOwnOrigin(request, context) else { throw ConsoleAccess.ForeignForm() }
        return try await page.core.readGuestForm(request, context, upTo: Limits.formBytes)
    }
}

// The code, and its cookie.
extension FollowPage {
    /// A code as people copy it: in groups, with or without hyphens, in small or capital letters.
    static func code(_ text: String) -> RightsCode? {
        guard text.utf8.count <= Limits.codeBytes else { return nil }
        return RightsCode(hex: text.lowercased().filter { !$0.isWhitespace && $0 != "-" })
    }

    private func code(of request: Request, _ context: ServerContext) -> RightsCode? {
        HostCookie.rights.value(of: request, at: access.site(of: request, context))
            .flatMap { RightsCode(hex: $0) }
    }

    private func remember(
        _ code: RightsCode, _ request: Request, _ context: ServerContext
    ) -> Response {
        var response = redirect()
        response.headers[.setCookie] = HostCookie.rights.header(
            code.description, at: access.site(of: request, context))
        return response
    }

    private func forget(_ request: Request, _ context: ServerContext) -> Response {
        var response = redirect()
        response.headers[.setCookie] = HostCookie.rights.removal(
            at: access.site(of: request, context))
        return response
    }

    private func redirect() -> Response {
        Response(
            status: .seeOther,
            headers: [
                .location: Self.path, .cacheControl: "no-store", .referrerPolicy: "no-referrer",
            ])
    }
}

// What the page shows.
extension FollowPage {
    private func ask(_ request: Request, refusing isRefused: Bool = false) -> Response {
        let writer = page.renderer.writer(for: request)
        return page.response(
            "follow", title: writer.text("follow.title"), in: "rights",
            values: ["asks": true, "isRefused": isRefused],
            status: isRefused ? .notFound : .ok, to: request)
    }

    private func show(_ found: CodedRights, _ request: Request) -> Response {
        let writer = page.renderer.writer(for: request)
        var values: [String: Any] = [
            "cases": found.cases.map { CaseView(file: $0, writer: writer).values },
            "isEmpty": found.cases.isEmpty,
            "next": found.cases.count == RightsLimits.casesPerList
                ? found.cases.suffix(1).map { String($0.number) } : [],
        ]
        let title: String
        switch found {
        case .claim(let claim):
            title = writer.text("follow.claim")
            values["opened"] = writer.time(claim.opened)
            values["picture"] = writer.text("follow.picture-\(claim.hasPicture)")
            values["isClaim"] = true
        case .reservations(let holder):
            title = writer.text("follow.reservations")
            values["entries"] = holder.entries.map { entry in
                [
                    "number": String(entry.number), "text": entry.text,
                    "state": writer.text("follow.reservation-\(entry.state.rawValue)"),
                    "tone": Self.tones[entry.state] ?? "",
                    "fingerprint": String("\(entry.fingerprint)".prefix(16)),
                ]
            }
        }
        var response = page.response(
            "follow", title: title, in: "rights", values: values, to: request)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    private static let tones: [ReservationState: String] = [
        .pending: "wait", .confirmed: "good", .refused: "bad",
    ]
}

/// One case as the holder of a code sees it.
private struct CaseView {
    let file: CaseFile
    let writer: PageWriter

    var values: [String: Any] {
        [
            "number": String(file.number),
            "kind": writer.text("follow.kind-\(file.kind.rawValue)"),
            "state": state, "tone": tone, "opened": writer.time(file.opened),
            "distance": file.distance.map {
                [writer.text("follow.distance", ["bits": String($0)])]
            } ?? [],
            "since": [file.claimantSince, file.respondentSince].contains { $0 != nil },
            "own": since(file.side), "other": since(file.side.other),
            "letters": file.letters.map(letter), "decision": decision,
            "canAnswer": file.canAnswer, "canAppeal": file.canAppeal,
            "canWithdraw": file.canWithdraw, "textBytes": String(RightsLimits.textBytes),
        ]
    }

    private var state: String {
        guard file.state == .waiting, let side = file.waitsFor else {
            return writer.text("follow.state-\(file.state.rawValue)")
        }
        return writer.text(side == file.side ? "follow.state-your-turn" : "follow.state-their-turn")
    }

    private var tone: String {
        file.state == .waiting && file.waitsFor == file.side ? "wait" : ""
    }

    private func since(_ side: CaseSide) -> [[String: String]] {
        let moment = side == .claimant ? file.claimantSince : file.respondentSince
        return moment.map { [writer.time($0)] } ?? []
    }

    private func letter(_ letter: CaseLetter) -> [String: Any] {
        let author =
            switch letter.from {
            case nil: "moderators"
            case file.side: "you"
            default: "other"
            }
        return [
            "author": writer.text("follow.from-\(author)"), "isSide": letter.from != nil,
            "kind": writer.text("follow.letter-\(letter.kind.rawValue)"), "text": letter.text,
            "time": writer.time(letter.time),
        ]
    }

    private var decision: [[String: Any]] {
        guard let decision = file.decision else { return [] }
        return [
            [
                "act": writer.text("follow.act-\(decision.act.rawValue)"), "code": decision.code,
                "time": writer.time(decision.time), "isUndone": decision.isUndone,
                "until": decision.until.map { [writer.time($0)] } ?? [],
                "appealUntil": decision.appealUntil.map { [writer.time($0)] } ?? [],
            ]
        ]
    }
}
