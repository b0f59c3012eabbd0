import ArgumentParser
import AtelierServer
import CreditLedger
import Foundation
import SignedObjects

/// `accounts list | show | approve | refuse | suspend | reinstate | purge`.
struct AccountsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts", abstract: "See accounts, let them in, suspend them.",
        subcommands: [
            List.self, Show.self, Approve.self, Refuse.self, Suspend.self, Reinstate.self,
            Purge.self,
        ])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show accounts, oldest first.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Only ids that begin so, and accounts with a device named so.")
        var search = ""

        func run() throws {
            try Failure.reported {
                let accounts = try options.open().accounts.list(search: search)
                if output.json {
                    return try Printer.json(["accounts": accounts.map(AccountView.init)])
                }
                let lines = accounts.map { account in
                    let names = account.devices.joined(separator: ", ").shown
                    let (spent, given) = (account.credits.spent, account.credits.granted)
                    return "\(account.account)  \(account.standing)  \(spent)/\(given) spent"
                        + "  \(names)"
                }
                try Printer.list(
                    lines,
                    none: search.isEmpty
                        ? "No accounts yet. `invite create` makes a code that opens one."
                        : "No account's id begins so, and no device is named so.")
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one account.")

        @OptionGroup var named: NamedAccount

        func run() throws {
            try named.read { core, account in
                let view = AccountView(try core.accounts.summary(of: account))
                if named.output.json { return try Printer.json(view) }
                try Printer.lines(view.lines)
            }
        }
    }

    struct Suspend: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Suspend an account from its next request on. Deletes nothing.")

        @OptionGroup var named: NamedAccount
        @Option(help: "A stable code, such as not-own-work.")
        var reason: String?
        @Option(help: "When it ends by itself: RFC 3339, or a time from now such as 7d.")
        var until: Until?
        @Option(help: "Words to the person.")
        var message = ""
        @Option(help: "Where to appeal.")
        var appeal = ""
        @Flag(help: "Say what could still happen, and change nothing.")
        var dryRun = false

        func validate() throws {
            guard dryRun || reason != nil else {
                throw ValidationError("A suspension needs a --reason; --dry-run does not.")
            }
        }

        func run() throws {
            let changing = { (policy: inout ServerPolicy) in
                if !appeal.isEmpty { policy.appeal = appeal }
            }
            try named.act(changing: changing) { core, account in
                let before = try core.accounts.summary(of: account)
                let effect =
                    dryRun
                    ? try core.moderation.effectOfSuspending(account)
                    : try core.moderation.suspend(
                        account, reason: reason ?? "", until: until?.moment, message: message,
                        actor: named.options.actor)
                let view = EffectView(effect, replacing: before, dryRun: dryRun)
                if named.output.json { return try Printer.json(view) }
                try Printer.lines(view.lines)
            }
        }
    }

    struct Reinstate: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lift a suspension.")

        @OptionGroup var named: NamedAccount
        @Option(help: "Words to the person.")
        var message = ""

        func run() throws {
            try named.act { core, account in
                let standing = try core.accounts.summary(of: account).standing
                guard standing == "suspended" else {
                    return try named.output.show(
                        account, of: core, "is \(standing), not suspended: nothing was changed")
                }
                try core.moderation.reinstate(
                    account, message: message, actor: named.options.actor)
                try named.output.show(
                    account, of: core,
                    "is active; spends that were held get their receipts at its next contact")
            }
        }
    }

    struct Approve: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let an account in that waits (serve --registration approval).")

        @OptionGroup var named: NamedAccount

        func run() throws {
            try named.act { core, account in
                try core.accounts.approve(account, actor: named.options.actor)
                try named.output.show(
                    account, of: core, "is in; its device gets the credits when it syncs")
            }
        }
    }

    struct Refuse: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Refuse an account that waits.")

        @OptionGroup var named: NamedAccount
        @Option(help: "Why, for the audit log.")
        var reason = ""

        func run() throws {
            try named.act { core, account in
                try core.accounts.refuse(account, reason: reason, actor: named.options.actor)
                try named.output.show(
                    account, of: core, "is refused; its device is told when it syncs")
            }
        }
    }

    struct Purge: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take away what an account stored here, for good.",
            discussion: """
                Gone: sealed segments and snapshots, devices with their names and keys. Stays: the \
                account's id, so that nobody gets its free credits again; receipts, so that \
                pictures can still be checked; orders, cases and the audit log. Devices keep what \
                they hold.
                """)

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The account's whole id.")
        var id: String
        @Option(help: "Why, for the audit log, such as asked-by-owner.")
        var reason: String
        @Flag(help: "Do it; there is no way back.")
        var yes = false

        func validate() throws {
            guard yes else {
                throw ValidationError("There is no way back: say --yes to purge \(id).")
            }
            guard AccountID(hex: id.lowercased()) != nil else {
                throw ValidationError("Give the account's whole id, 32 digits.")
            }
        }

        func run() throws {
            try Failure.reported(isAct: true) {
                let core = try options.open()
                let report = try core.accounts.purge(
                    IDLookup(core).account(id), reason: reason, actor: options.actor)
                if output.json { return try Printer.json(report) }
                try Printer.line("\(report.account) is purged")
                try Printer.line(
                    "gone   \(report.segments) sealed parts, \(report.devices) devices")
                try Printer.line(
                    "stays  the id; \(report.receiptsKept) receipts; \(report.ordersKept) orders; "
                        + "cases and the audit log")
            }
        }
    }
}

/// `credits grant`.
struct CreditsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credits", abstract: "Give an account more credits.",
        subcommands: [Grant.self])

    struct Grant: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give credits; the devices fetch them at their next contact.")

        @OptionGroup var named: NamedAccount
        @Argument(help: "How many.")
        var count: Int
        @Option(help: "A stable code, such as lost-device.")
        var reason: String

        func validate() throws {
            guard count >= 1 else {
                throw ValidationError("Say how many credits to give: 1 or more, not \(count).")
            }
        }

        func run() throws {
            try named.act { core, account in
                try core.moderation.grant(
                    account, credits: count, reason: reason, actor: named.options.actor)
                let summary = try core.accounts.summary(of: account)
                if named.output.json { return try Printer.json(AccountView(summary)) }
                try Printer.line("\(account) was given \(count), \(summary.credits.granted) in all")
            }
        }
    }
}
