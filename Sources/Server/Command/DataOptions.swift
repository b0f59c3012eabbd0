import ArgumentParser
import AtelierServer
import Foundation

/// Which folder, and how to print.
struct DataOptions: ParsableArguments {
    @Option(help: "The server's folder (default: $ATELIER_SERVER_DATA or ./atelier-server-data).")
    var data: String?

    var folder: URL {
        let set = ProcessInfo.processInfo.environment["ATELIER_SERVER_DATA"]
        return URL(fileURLWithPath: data ?? set ?? "atelier-server-data", isDirectory: true)
    }

    /// Opens the folder for a command; only a first step `isNewAllowed` to make one.
    func open(
        _ policy: ServerPolicy = ServerPolicy(), isNewAllowed: Bool = false
    ) throws -> ServerCore {
        try ServerCore(folder: folder, policy: policy, isNewAllowed: isNewAllowed)
    }

    /// Who gives an order, for the audit log.
    var actor: String { "operator \(NSUserName())" }
}

/// The switch that every reading command has.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON object.")
    var json = false
}
