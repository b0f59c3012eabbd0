import ArgumentParser
import AtelierProtocol
import AtelierServer
import Foundation
import SignedObjects

/// `invite create | list | revoke`.
struct InviteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Invite artists: each code opens one account.",
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make invites; the codes are shown now and never again.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "How many.")
        var count = 1
        @Option(help: "How long they can be used, such as 12h or 7d.")
        var expires = Lifetime(days: 7)

        func run() throws {
            try Failure.reported {
                let core = try options.open(isNewAllowed: true)
                let codes = try core.invites.create(
                    count: count, lifetime: expires.duration, actor: options.actor)
                do {
                    let texts = codes.map(\.description)
                    if output.json {
                        try Printer.json(["invites": texts])
                    } else {
                        try Printer.lines(texts)
                    }
                } catch let error as OutputError {
                    // The codes were not printed, or not all of them: none may stay open.
                    try core.invites.withdraw(codes, actor: options.actor)
                    throw error.with(consequence: "The invites were revoked again.")
                }
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show invites, newest first.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            try Failure.reported {
                let invites = try options.open().invites.list()
                if output.json {
                    return try Printer.json(["invites": invites.map(InviteView.init)])
                }
                let lines = invites.map { invite in
                    let user = invite.account.map { "  \($0)" } ?? ""
                    let state = invite.state.padding(toLength: 8, withPad: " ", startingAt: 0)
                    return "\(invite.id)  \(state) until \(invite.expires.rfc3339)\(user)"
                }
                try Printer.list(lines, none: "No invites. `invite create` makes one.")
            }
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End an open invite.")

        @OptionGroup var options: DataOptions
        @Argument(help: "The invite's id, as `invite list` shows it.")
        var id: String

        func run() throws {
            try Failure.reported(isAct: true) {
                let count = try options.open().invites.revoke(id, actor: options.actor)
                try Printer.line("\(count) revoked")
            }
        }
    }
}

/// An invite in JSON output.
struct InviteView: Encodable {
    let id: String
    let created: Moment
    let expires: Moment
    let state: String
    let account: AccountID?

    init(_ invite: InviteSummary) {
        id = invite.id
        created = Moment(invite.created)
        expires = Moment(invite.expires)
        state = invite.state
        account = invite.account
    }
}
