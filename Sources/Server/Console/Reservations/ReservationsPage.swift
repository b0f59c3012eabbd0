import AtelierProtocol
import AtelierServer
import HTTPTypes
import Hummingbird
import SignedObjects

/// `/console/reservations`: who reserved what, and what a moderator decides about it.
///
/// What is ticked is shown with its effect first; one button then does it for all of them.
struct ReservationsPage: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess

    static let path = "\(ConsoleAccess.root)/reservations"

    func add(to router: RouterGroup<ServerContext>) {
        router.get("console/reservations", use: page)
        router.get("console/reservations/decide", use: preview)
        router.post("console/reservations/decide", use: decide)
    }

    @Sendable private func page(request: Request, context: ServerContext) async throws -> Response {
        let visitor = try await access.visitor(of: request, context)
        let asked = FormFields(queryOf: request)
        var search = ReservationSearch(
            asked["state"].flatMap { ReservationState(rawValue: $0) } ?? .pending)
        search.holder = asked["holder"].flatMap { Int64($0) }
        search.account = asked["account"].flatMap { AccountID(hex: $0.lowercased()) }
        let part = try await core.reservations.search(
            search, after: asked["after"].flatMap { Int64($0) }, size: Limits.rowsPerPage)
        let writer = renderer.writer(for: request)
        let words = texts(writer, visitor)
        let own = asked.pairs.filter { ["state", "holder", "account"].contains($0.name) }
        let listing = part.listing
        let possible = visitor.moderator.role >= .moderator && !listing.reservations.isEmpty
        let acts = possible ? words.acts(in: search.state) : []
        let values: [String: Any] = [
            "lead": writer.text("reservations.waiting", count: part.waiting) + " "
                + writer.text("reservations.serial", ["serial": String(listing.last)]),
            "parts": parts(search, waiting: part.waiting, writer),
            "narrowed": narrowed(search, writer),
            "reservations": listing.reservations.map {
                words.row($0, listing, isTicked: asked["ticked"] != nil)
            },
            "isEmpty": listing.reservations.isEmpty, "missing": asked["missing"] != nil,
            "acts": acts, "canTick": !acts.isEmpty,
            "tickAll": acts.isEmpty
                ? []
                : [FormFields.query(own + [("after", asked["after"] ?? ""), ("ticked", "all")])],
            "reads": visitor.moderator.role < .moderator,
            "first": asked["after"] == nil ? [] : [FormFields.query(own)],
            "next": part.next.map { [FormFields.query(own + [("after", String($0))])] } ?? [],
        ]
        return renderer.response(
            visitor.page(
                "reservations", title: writer.text("reservations.title"), in: .reservations,
                values: values),
            to: request)
    }

    /// Shows what a decision would be about; changes nothing.
    @Sendable private func preview(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let visitor = try await access.visitor(of: request, context, atLeast: .moderator)
        let asked = FormFields(queryOf: request)
        let numbers = asked.pairs.filter { $0.name == "number" }.map(\.value)
        guard let act = asked["act"].flatMap({ ReservationAct(rawValue: $0) }) else {
            return .redirect(to: Self.path, type: .normal)
        }
        let form = ReservationForm(act: act, numbers: numbers.joined(separator: " "))
        return try await show(form, visitor, request)
    }

    @Sendable private func decide(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            ReservationForm.self, of: request, context, atLeast: .moderator)
        guard let despite = ReservationForm.numbers(form.despite) else {
            throw HTTPError(.badRequest)
        }
        let numbers = try Self.numbers(form)
        guard !numbers.isEmpty else { return Self.missing(form.act) }
        do {
            try core.reservations.decide(
                numbers.sorted(), confirming: form.act == .confirm, text: form.words,
                despite: despite, seen: form.act.state, as: visitor.moderator.name)
            return .redirect(
                to: Self.path + FormFields.query([("state", form.act.state.rawValue)]),
                type: .normal)
        } catch let error as ServerError {
            guard case .invalidValue = error else { throw error }
            return try await show(form, visitor, request, refusal: error)
        }
    }

    private func show(
        _ form: ReservationForm, _ visitor: ConsoleAccess.Visitor, _ request: Request,
        refusal: ServerError? = nil
    ) async throws -> Response {
        let numbers = try Self.numbers(form)
        guard !numbers.isEmpty else { return Self.missing(form.act) }
        let view = ReservationsDecision(
            form: form, previews: try await core.reservations.preview(numbers),
            words: texts(renderer.writer(for: request), visitor))
        return renderer.response(
            visitor.page(
                "reservations-decide", title: view.title, in: .reservations,
                values: view.values(refusal: refusal),
                status: refusal == nil ? .ok : .conflict),
            to: request)
    }

    /// At most as many as a page shows can be ticked.
    private static func numbers(_ form: ReservationForm) throws -> Set<Int64> {
        guard let numbers = ReservationForm.numbers(form.numbers),
            numbers.count <= Limits.rowsPerPage
        else { throw HTTPError(.badRequest) }
        return numbers
    }

    private static func missing(_ act: ReservationAct) -> Response {
        let query = FormFields.query([("state", act.state.rawValue), ("missing", "yes")])
        return .redirect(to: path + query, type: .normal)
    }

    private func texts(
        _ writer: PageWriter, _ visitor: ConsoleAccess.Visitor
    ) -> ReservationTexts {
        ReservationTexts(
            writer: writer,
            cases: CaseTexts(writer: writer, name: visitor.moderator.name, now: core.now))
    }

    private func parts(
        _ search: ReservationSearch, waiting: Int, _ writer: PageWriter
    ) -> [[String: Any]] {
        ReservationState.allCases.map { state in
            [
                "name": writer.text("reservations.state-\(state.rawValue)"),
                "count": state == .pending ? [String(waiting)] : [],
                "address": FormFields.query(
                    [("state", state.rawValue)] + Self.fields(of: search)),
                "isShown": state == search.state,
            ]
        }
    }

    private func narrowed(
        _ search: ReservationSearch, _ writer: PageWriter
    ) -> [[String: Any]] {
        var texts: [String] = []
        if let account = search.account {
            texts.append(writer.text("reservations.only-account", ["account": account.short]))
        }
        if let holder = search.holder {
            texts.append(writer.text("reservations.only-holder", ["number": String(holder)]))
        }
        guard !texts.isEmpty else { return [] }
        return [
            [
                "text": texts.joined(separator: " "),
                "all": FormFields.query([("state", search.state.rawValue)]),
            ]
        ]
    }

    private static func fields(of search: ReservationSearch) -> [(name: String, value: String)] {
        [
            ("holder", search.holder.map(String.init) ?? ""),
            ("account", search.account.map { "\($0)" } ?? ""),
        ]
    }
}
