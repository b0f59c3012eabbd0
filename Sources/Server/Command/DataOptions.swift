import ArgumentParser
import AtelierServer
import Foundation

/// Which folder, and how to print.
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
            isNewAllowed: isNewAllowed)
    }

    /// Makes this the only server on the folder's own database, as long as the answer lives.
    func lock() throws -> FolderLock {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        return try FolderLock(folder)
    }

    /// Who gives an order, for the audit log.
    var actor: String { "operator \(NSUserName())" }
}

/// The switch that every reading command has.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON object.")
    var json = false
}
