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
            abstract: "Add a moderator; prints a one-time token for ten minutes.",
            discussion: "The same name again gets another role and a new token.")

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
                do {
                    if output.json { return try Printer.json(InvitationView(invitation)) }
                    try Printer.lines(InvitationView(invitation).lines)
                } catch let error as OutputError {
                    try core.moderators.withdraw(invitation)
                    throw error.with(
                        consequence: "The token was ended; the same command makes another.")
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

    init(_ moderator: ModeratorSummary) {
        (name, role) = (moderator.name, moderator.role)
        created = Moment(moderator.created)
        lastSeen = Moment(moderator.lastSeen)
    }
}

extension ModeratorRole: ExpressibleByArgument {}

/// A moderator's one-time token in output.
struct InvitationView: Encodable {
    let name: String
    let role: ModeratorRole
    let token: String
    let expires: Moment

    init(_ invitation: ModeratorInvitation) {
        (name, role) = (invitation.moderator.name, invitation.moderator.role)
        token = invitation.token
        expires = Moment(invitation.expires)
    }

    var lines: [String] {
        [
            "\(name.shown) (\(role.rawValue)) opens a session with this token until "
                + "\(expires.time.rfc3339), once:",
            token,
        ]
    }
}
