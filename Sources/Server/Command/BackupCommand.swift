import ArgumentParser
import AtelierServer
import Foundation
import SignedObjects

/// `backup FILE`.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write everything into one file, while the server goes on.",
        discussion: """
            The file holds the accounts, what is stored for them, and the server's key: keep it as \
            you keep the key. With --database the key lies beside it, as FILE.key. A file that is \
            there is never overwritten.
            """)

    @OptionGroup var options: DataOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Leave the server's key out, for an operator who keeps it apart.")
    var withoutKey = false
    @Argument(help: "The file to write.")
    var file: String

    func run() throws {
        try Failure.reported(isAct: true) {
            let summary = try options.backup.write(
                to: URL(fileURLWithPath: file), withKey: !withoutKey)
            if output.json { return try Printer.json(BackupView(summary)) }
            let place = options.databaseAddress == nil ? "in it" : "beside it, \(file).key"
            try Printer.line(
                "\(summary.path): \(Printer.count(summary.accounts, "account")), "
                    + "\(summary.bytes) bytes, "
                    + (summary.hasKey
                        ? "the server's key \(place): keep it secret" : "without the key"))
        }
    }
}

/// `restore FILE`.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup into an empty folder or database.",
        discussion: """
            Overwrites nothing. The server begins a new epoch, so that every device sends at its \
            next sync what the backup lacks.
            """)

    @OptionGroup var options: DataOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The file that `backup` wrote.")
    var file: String

    func run() throws {
        try Failure.reported(isAct: true) {
            let summary = try options.backup.restore(
                from: URL(fileURLWithPath: file), actor: options.actor)
            if output.json { return try Printer.json(BackupView(summary)) }
            try Printer.line(
                "restored \(Printer.count(summary.accounts, "account")) as of "
                    + "\(summary.taken.rfc3339); epoch "
                    + "\(summary.epoch) begins, devices send what is missing when they sync")
        }
    }
}

/// A backup in JSON output.
private struct BackupView: Encodable {
    let path: String
    let bytes: Int
    let taken: Moment
    let accounts: Int
    let segments: Int64
    let epoch: Int
    let hasKey: Bool

    init(_ summary: BackupSummary) {
        path = summary.path
        bytes = summary.bytes
        taken = Moment(summary.taken)
        accounts = summary.accounts
        segments = summary.segments
        epoch = summary.epoch
        hasKey = summary.hasKey
    }
}
