import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import Hummingbird
import SignedObjects

/// `/console/accounts/ID`: what the server knows of an account, and what can be done.
struct AccountPage: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess

    /// The page of an account.
    static func path(_ account: AccountID) -> String {
        "\(ConsoleAccess.root)/accounts/\(account)"
    }

    func add(to router: RouterGroup<ServerContext>) {
        router.get("console/accounts/:id", use: page)
        router.post("console/accounts/:id/approve", use: approve)
        router.post("console/accounts/:id/refuse", use: refuse)
        router.post("console/accounts/:id/suspend", use: suspend)
        router.post("console/accounts/:id/reinstate", use: reinstate)
        router.post("console/accounts/:id/grant", use: grant)
        router.get("console/accounts/:id/purge", use: purgePage)
        router.post("console/accounts/:id/purge", use: purge)
    }

    private struct Words: Decodable {
        let text: String
    }

    private struct Suspension: Decodable {
        let reason: String
        /// Empty: until it is lifted.
        let days: String
        let text: String
    }

    private struct Grant: Decodable {
        let count: Int
        let text: String
    }

    private struct Purge: Decodable {
        let text: String
        let typed: String
    }

    @Sendable private func page(request: Request, context: ServerContext) async throws -> Response {
        let visitor = try await access.visitor(of: request, context)
        let account = try account(context)
        let details = try core.accounts.details(of: account)
        let summary = details.summary
        let writer = renderer.writer(for: request)
        let words = AccountTexts(writer: writer)
        let texts = CaseTexts(writer: writer, name: visitor.moderator.name, now: core.now)
        let mayAct = visitor.moderator.role >= .moderator
        let isOpen = ["active", "suspended"].contains(summary.standing)
        var values: [String: Any] = [
            "id": account.description, "path": Self.path(account),
            "row": words.row(summary), "reason": summary.reason?.ifAny ?? [],
            "until": summary.until.map { [writer.time($0)] } ?? [],
            "facts": facts(details, writer),
            "devices": details.devices.map { device in
                [
                    "name": device.name, "seen": writer.time(device.lastSeen),
                    "isRevoked": device.isRevoked,
                ] as [String: Any]
            },
            "cases": details.cases.suffix(Limits.rowsPerPage).reversed().map(texts.line),
            "mayAct": mayAct, "isPending": summary.standing == "pending",
            "isSuspended": summary.standing == "suspended", "isOpen": isOpen,
            "mayPurge": visitor.moderator.role == .administrator && summary.standing != "purged",
        ]
        if isOpen, mayAct {
            let effect = try core.moderation.effectOfSuspending(account)
            values["effects"] =
                texts.suspension(
                    leased: effect.leasedCredits, until: effect.usableUntil,
                    held: effect.heldSpends, reservations: effect.reservations)
                + [writer.text("case.effect-local")]
        }
        return renderer.response(
            visitor.page(
                "account",
                title: writer.text("accounts.one", ["id": account.short]),
                in: .accounts, values: values),
            to: request)
    }

    private func facts(_ details: AccountDetails, _ writer: PageWriter) -> [[String: Any]] {
        let summary = details.summary
        func fact(_ name: String, _ text: String) -> [String: Any] {
            ["name": writer.text("accounts.\(name)"), "text": text]
        }
        let leased = summary.leasedUntil.map { writer.time($0)["utc"] ?? "" }
        return [
            fact(
                "credits",
                writer.text(
                    "accounts.credits-text",
                    [
                        "free": "\(summary.credits.free)", "leased": "\(summary.credits.leased)",
                        "spent": "\(summary.credits.spent)",
                    ], count: summary.credits.granted)),
            fact("usable-until", leased ?? writer.text("accounts.none")),
            fact("held", "\(summary.heldSpends)"), fact("proofs", "\(summary.contradictions)"),
            fact("works", "\(details.works)"), fact("models", "\(details.models)"),
            fact("reserved", "\(details.reservations)"), fact("strikes", "\(details.strikes)"),
            fact("stored", writer.text("accounts.segments", count: summary.segments)),
        ]
    }

    @Sendable private func approve(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, _) = try await access.form(
            Words.self, of: request, context, atLeast: .moderator)
        let (account, name) = (try account(context), visitor.moderator.name)
        try core.accounts.approve(account, actor: name, as: name)
        return Self.back(to: account)
    }

    @Sendable private func refuse(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            Words.self, of: request, context, atLeast: .moderator)
        let (account, name) = (try account(context), visitor.moderator.name)
        try core.accounts.refuse(account, reason: form.text, actor: name, as: name)
        return Self.back(to: account)
    }

    @Sendable private func suspend(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            Suspension.self, of: request, context, atLeast: .moderator, fresh: true)
        let (account, name) = (try account(context), visitor.moderator.name)
        let days = Int64(form.days)
        guard form.days.isEmpty || (1...Limits.suspensionDays).contains(days ?? 0) else {
            throw HTTPError(.badRequest)
        }
        try core.moderation.suspend(
            account, reason: form.reason, until: days.map { core.now + .seconds($0 * 86_400) },
            message: form.text, actor: name, as: name)
        return Self.back(to: account)
    }

    @Sendable private func reinstate(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let (visitor, form) = try await access.form(
            Words.self, of: request, context, atLeast: .moderator)
        let (account, name) = (try account(context), visitor.moderator.name)
        try core.moderation.reinstate(account, message: form.text, actor: name, as: name)
        return Self.back(to: account)
    }

    @Sendable private func grant(request: Request, context: ServerContext) async throws -> Response
    {
        let (visitor, form) = try await access.form(
            Grant.self, of: request, context, atLeast: .moderator)
        let (account, name) = (try account(context), visitor.moderator.name)
        guard (1...Limits.grantedAtOnce).contains(form.count) else { throw HTTPError(.badRequest) }
        try core.moderation.grant(
            account, credits: form.count, reason: form.text, actor: name, as: name)
        return Self.back(to: account)
    }

    @Sendable private func purgePage(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let visitor = try await access.visitor(of: request, context, atLeast: .administrator)
        return try purgePage(try account(context), visitor, request, isTypo: false)
    }

    private func purgePage(
        _ account: AccountID, _ visitor: ConsoleAccess.Visitor, _ request: Request, isTypo: Bool
    ) throws -> Response {
        let details = try core.accounts.details(of: account)
        let writer = renderer.writer(for: request)
        let word = Self.purgeWord(account)
        return renderer.response(
            visitor.page(
                "account-purge", title: writer.text("accounts.purge-title", ["id": word]),
                in: .accounts,
                values: [
                    "path": Self.path(account), "word": word, "isTypo": isTypo,
                    "gone": [
                        writer.text("accounts.segments", count: details.summary.segments),
                        writer.text("accounts.goes-devices", count: details.devices.count),
                        writer.text("accounts.goes-works", count: details.works),
                        writer.text("accounts.goes-reservations", count: details.reservations),
                    ],
                ], status: isTypo ? .unprocessableContent : .ok),
            to: request)
    }

    @Sendable private func purge(request: Request, context: ServerContext) async throws -> Response
    {
        let (visitor, form) = try await access.form(
            Purge.self, of: request, context, atLeast: .administrator, fresh: true)
        let (account, name) = (try account(context), visitor.moderator.name)
        guard form.typed == Self.purgeWord(account) else {
            return try purgePage(account, visitor, request, isTypo: true)
        }
        _ = try core.accounts.purge(account, reason: form.text, actor: name, as: name)
        return Self.back(to: account)
    }

    /// What is typed to purge an account: the beginning of its id, so that nobody purges another
    /// one than they mean.
    private static func purgeWord(_ account: AccountID) -> String { account.short }

    /// The account of the address, by its whole id or the beginning of it.
    private func account(_ context: ServerContext) throws -> AccountID {
        do {
            return try IDLookup(core).account(context.parameters.get("id") ?? "")
        } catch is ServerError {
            throw HTTPError(.notFound)
        }
    }

    private static func back(to account: AccountID) -> Response {
        .redirect(to: path(account), type: .normal)
    }
}
