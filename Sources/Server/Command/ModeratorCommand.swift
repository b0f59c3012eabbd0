public import ArgumentParser
public import AtelierServer
import SignedObjects

/// `moderator add | list | remove`.
struct ModeratorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moderator", abstract: "Say who looks after the server's people.",
        subcommands: [Add.self, List.self, Remove.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a moderator; prints a one-time link for ten minutes.",
            discussion: """
                There they make the passkey by which they sign in. The same name again gets \
                another role and a new link, for somebody who lost their passkey.
                """)

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Their name, as the audit log will show it.")
        var name: String
        @Option(help: "reviewer, moderator or administrator.")
        var role: ModeratorRole

        func run() throws {
            try Failure.reported {
                let core = try options.open()
                let invitation = try core.moderators.add(name, role: role, actor: options.actor)
                let view = InvitationView(invitation, at: core.policy.site?.origin)
                do {
                    if output.json { return try Printer.json(view) }
                    try Printer.lines(view.lines)
                } catch let error as OutputError {
                    try core.moderators.withdraw(invitation)
                    throw error.with(
                        consequence: "The link was ended; the same command makes another.")
                }
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show moderators by name.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            try Failure.reported {
                let moderators = try options.open().moderators.list()
                if output.json {
                    return try Printer.json(["moderators": moderators.map(ModeratorView.init)])
                }
                let lines = moderators.map { moderator in
                    let seen = moderator.lastSeen.map { "in session, \($0.rfc3339)" } ?? ""
                    return "\(moderator.name.shown)  \(moderator.role.rawValue)  \(seen)"
                }
                try Printer.list(lines, none: "No moderators. `moderator add` makes one.")
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a moderator out; their sessions end at once.")

        @OptionGroup var options: DataOptions
        @Argument(help: "Their name.")
        var name: String

        func run() throws {
            try Failure.reported(isAct: true) {
                try options.open().moderators.remove(name, actor: options.actor)
                try Printer.line("\(name.shown) is no moderator any more")
            }
        }
    }
}

/// A moderator in JSON output.
struct ModeratorView: Encodable {
    let name: String
    let role: ModeratorRole
    let created: Moment
    let lastSeen: Moment?
    let lastLogin: Moment?
    let passkeys: Int

    init(_ moderator: ModeratorSummary) {
        (name, role) = (moderator.name, moderator.role)
        created = Moment(moderator.created)
        lastSeen = Moment(moderator.lastSeen)
        lastLogin = Moment(moderator.lastLogin)
        passkeys = moderator.passkeys
    }
}

extension ModeratorRole: ExpressibleByArgument {}

/// A moderator's one-time link in output.
struct InvitationView: Encodable {
    let name: String
    let role: ModeratorRole
    let token: String
    /// The page that makes a passkey: an address, or where none is known, its path.
    let link: String
    let expires: Moment

    /// - Parameter site: Where browsers find the server; nil where that is not known.
    init(_ invitation: ModeratorInvitation, at site: String?) {
        (name, role) = (invitation.moderator.name, invitation.moderator.role)
        token = invitation.token
        link = (site ?? "") + invitation.path
        expires = Moment(invitation.expires)
    }

    var lines: [String] {
        [
            "\(name.shown) (\(role.rawValue)) makes a passkey at this page of the server until "
                + "\(expires.time.rfc3339), once:",
            link,
        ]
    }
}
