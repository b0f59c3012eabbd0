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

    @Option(help: "Connections to PostgreSQL.")
    var databaseConnections = ServerPolicy().databaseConnections

    func validate() throws {
        guard ServerPolicy.databaseConnectionBounds.contains(databaseConnections) else {
            throw ValidationError(
                "--database-connections lies between 1 and 200.")
        }
    }

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

    /// Opens the folder for a command; only a first step `isNewAllowed` to make one.
    func open(
        _ policy: ServerPolicy = ServerPolicy(), isNewAllowed: Bool = false
    ) throws -> ServerCore {
        var policy = policy
        policy.databaseConnections = databaseConnections
        return try ServerCore(
            folder: folder, database: databaseAddress, policy: policy, isNewAllowed: isNewAllowed)
    }

    /// Who gives an order, for the audit log.
    var actor: String { "operator \(NSUserName())" }
}

/// The switch that every reading command has.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON object.")
    var json = false
}
