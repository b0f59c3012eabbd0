import ArgumentParser
import AtelierServer
import Foundation
import SignedObjects

/// The server's folder and database.
struct DataOptions: ParsableArguments {
    @Option(help: "The server's folder (default: $ATELIER_SERVER_DATA or ./atelier-server-data).")
    var data: String?

    @Option(
        help: """
            A PostgreSQL database instead of a file in the folder, as a connection URI; other \
            servers may share it (default: $ATELIER_SERVER_DATABASE).
            """)
    var database: String?

    @Option(help: "Connections to PostgreSQL (default: 16).")
    var databaseConnections: Int?

    @Option(help: "The policy file (default: atelier-server.toml in the folder, if there is one).")
    var config: String?

    var folder: URL {
        let set = ProcessInfo.processInfo.environment["ATELIER_SERVER_DATA"]
        return URL(fileURLWithPath: data ?? set ?? "atelier-server-data", isDirectory: true)
    }

    /// The PostgreSQL database, if one is named.
    var databaseAddress: String? {
        database ?? ProcessInfo.processInfo.environment["ATELIER_SERVER_DATABASE"]
    }

    /// Backups of this server.
    var backup: ServerBackup {
        ServerBackup(folder: folder, database: databaseAddress, clock: { .present })
    }

    /// What the policy file says, else the usual.
    func settings() throws -> ServerSettings {
        let usual = folder.appendingPathComponent(ServerSettings.fileName)
        var settings = ServerSettings()
        if let config {
            settings = try ServerSettings(file: URL(fileURLWithPath: config))
        } else if FileManager.default.fileExists(atPath: usual.path) {
            settings = try ServerSettings(file: usual)
        }
        try settings.set(
            "database_connections", by: "--database-connections", databaseConnections)
        return settings
    }

    /// Opens the folder for a command; only a first step `isNewAllowed` to make one.
    func open(_ policy: ServerPolicy? = nil, isNewAllowed: Bool = false) throws -> ServerCore {
        try ServerCore(
            folder: folder, database: databaseAddress, policy: policy ?? settings().policy,
            operatorName: isNewAllowed ? nil : actor, isNewAllowed: isNewAllowed)
    }

    /// Makes this the only server on the folder's own database, as long as the answer lives.
    func lock() throws -> FolderLock {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        return try FolderLock(folder)
    }

    /// Who gives an order, for the audit log: the person behind `sudo`, where that was used.
    var actor: String {
        "operator \(ProcessInfo.processInfo.environment["SUDO_USER"] ?? NSUserName())"
    }
}

/// The switch that every reading command has.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON object.")
    var json = false
}

/// The account that a command is about, on the server that it opens.
struct NamedAccount: ParsableArguments {
    @OptionGroup var options: DataOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The account's id, or the beginning of it.")
    var id: String

    /// Opens the server, finds the account, and looks at it.
    func read(_ body: (ServerCore, AccountID) throws -> Void) throws {
        try Failure.reported { try find({ _ in }, body) }
    }

    /// Opens the server, finds the account, and changes it.
    ///
    /// - Parameter change: What counts instead of the operator's settings.
    func act(
        changing change: (inout ServerPolicy) -> Void = { _ in },
        _ body: (ServerCore, AccountID) throws -> Void
    ) throws {
        try Failure.reported(isAct: true) { try find(change, body) }
    }

    private func find(
        _ change: (inout ServerPolicy) -> Void, _ body: (ServerCore, AccountID) throws -> Void
    ) throws {
        var policy = try options.settings().policy
        change(&policy)
        let core = try options.open(policy)
        try body(core, IDLookup(core).account(id))
    }
}

/// Which proxies are in front.
struct ProxyOptions: ParsableArguments {
    @Option(
        name: .customLong("trusted-proxy"),
        help: ArgumentHelp(
            """
            A proxy in front, such as 10.0.0.0/8 or ::1, whose word about a request's sender is \
            believed; may be given more than once.
            """, valueName: "cidr"))
    var ranges: [String] = []

    @Option(
        help: """
            The one header that these proxies write: x-forwarded-for or forwarded (default: \
            x-forwarded-for).
            """)
    var forwardedHeader: String?

    /// As the policy file has them; nil where none is given.
    var joined: String? { ranges.isEmpty ? nil : ranges.joined(separator: ", ") }
}

/// A length of time on the command line: `90s`, `30m`, `12h`, `7d`, `4w`.
struct Lifetime: ExpressibleByArgument {
    let duration: Duration

    init(days: Int) {
        duration = .seconds(days * 86_400)
    }

    init(seconds: Int) {
        duration = .seconds(seconds)
    }

    var defaultValueDescription: String {
        let seconds = duration.components.seconds
        return seconds.isMultiple(of: 86_400) ? "\(seconds / 86_400)d" : "\(seconds)s"
    }

    init?(argument: String) {
        let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = argument.last.flatMap({ seconds[$0] }),
            let count = Int64(argument.dropLast()), (1...10_000_000).contains(count)
        else { return nil }
        duration = .seconds(count * unit)
    }
}

/// A moment on the command line: RFC 3339, or a length of time from now.
enum Until: ExpressibleByArgument {
    case moment(UnixTime)
    case after(Duration)

    init?(argument: String) {
        if let moment = UnixTime(rfc3339: argument) {
            self = .moment(moment)
        } else if let lifetime = Lifetime(argument: argument) {
            self = .after(lifetime.duration)
        } else {
            return nil
        }
    }
}

extension Until {
    /// The moment meant, by this machine's clock.
    var moment: UnixTime {
        switch self {
        case .moment(let moment): moment
        case .after(let duration):
            .present + duration
        }
    }
}
