import AtelierProtocol
import AtelierServer
import CreditLedger
import Hummingbird
import SignedObjects

/// `/console/accounts`: the accounts, found by the beginning of an id or a device's name.
struct AccountsPage: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess

    func add(to router: RouterGroup<ServerContext>) {
        router.get("console/accounts", use: page)
    }

    @Sendable private func page(request: Request, context: ServerContext) async throws -> Response {
        let visitor = try await access.visitor(of: request, context)
        let asked = FormFields(queryOf: request)
        let search = String((asked["search"] ?? "").prefix(Limits.searchCharacters))
        let waits = asked["part"] == "waiting"
        let number = min(max(0, Int(asked["page"] ?? "") ?? 0), Limits.queuePages)
        let writer = renderer.writer(for: request)
        let found = try core.accounts.page(
            search: search, waiting: waits, number: number, size: Limits.rowsPerPage)
        let words = AccountTexts(writer: writer)
        func address(_ page: Int) -> String {
            FormFields.query([
                ("part", waits ? "waiting" : ""), ("search", search), ("page", "\(page)"),
            ])
        }
        return renderer.response(
            visitor.page(
                "accounts", title: writer.text("accounts.title", count: found.total),
                in: .accounts,
                values: [
                    "search": search, "waits": waits,
                    "waiting": writer.text("accounts.waiting", count: found.waiting),
                    "accounts": found.accounts.map(words.row), "isEmpty": found.accounts.isEmpty,
                    "previous": number > 0 ? [address(number - 1)] : [],
                    "next": found.hasMore ? [address(number + 1)] : [],
                ]),
            to: request)
    }
}

/// Accounts in the reader's words.
struct AccountTexts {
    let writer: PageWriter

    /// An account in a list.
    func row(_ account: AccountSummary) -> [String: Any] {
        [
            "address": AccountPage.path(account.account),
            "short": account.account.short,
            "devices": account.devices.joined(separator: ", "),
            "standing": standing(account), "created": writer.time(account.created),
            "seen": account.lastSeen.map { [writer.time($0)] } ?? [],
            "credits": spent(account),
        ]
    }

    /// The standing, with the look of a chip.
    func standing(_ account: AccountSummary) -> [String: Any] {
        [
            "name": writer.text("accounts.standing-\(account.standing)"),
            "isGood": account.standing == "active", "isBad": account.standing == "suspended",
            "waits": account.standing == "pending",
        ]
    }

    /// Such as `1 of 2 spent`.
    func spent(_ account: AccountSummary) -> String {
        writer.text(
            "accounts.spent", ["spent": String(account.credits.spent)],
            count: account.credits.granted)
    }
}
