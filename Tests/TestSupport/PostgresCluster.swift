import Foundation
import Synchronization

/// A PostgreSQL of the tests' own in a temporary folder, reached by a socket in it.
///
/// It stops when this object goes, and when the test program ends in whatever way.
package final class PostgresCluster: Sendable {
    /// The folder, of the user that PostgreSQL runs as.
    package let folder: String
    private let keeper: Mutex<Keeper?>

    /// Used under the lock of ``keeper`` only.
    private struct Keeper: @unchecked Sendable {
        let process: Process
        let input: Pipe
    }

    /// Makes a cluster and starts it.
    ///
    /// - Parameter isDurable: Whether commits wait for the disk; only a test that kills needs it.
    package convenience init(isDurable: Bool = false) throws {
        let folder = try Self.asUser(["mktemp", "-d", "/tmp/atelier-postgres.XXXXXX"])
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try Self.asUser([
            Self.program("initdb"), "--pgdata=\(folder)/data", "--username=atelier",
            "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync",
        ])
        let settings = """
            listen_addresses = ''
            unix_socket_directories = '\(folder)'
            max_connections = 200
            fsync = \(isDurable ? "on" : "off")
            shared_buffers = 32MB
            """
        try Self.asUser([
            "sh", "-c", "printf '%s\\n' \"$1\" >>\"$2\"", "sh", settings,
            "\(folder)/data/postgresql.conf",
        ])
        try self.init(existing: folder)
    }

    /// Starts the cluster in `folder`.
    package init(existing folder: String) throws {
        self.folder = folder
        keeper = Mutex(nil)
        try start()
    }

    deinit {
        stop()
        _ = try? Self.asUser(["rm", "-rf", folder])
    }

    /// The connection URI of a database of this cluster.
    ///
    /// - Parameter standby: Takes this one's place where this one is gone.
    package func address(
        _ database: String = "postgres", or standby: PostgresCluster? = nil
    ) -> String {
        let one = "postgres://atelier@/\(database)?host=\(folder)"
        guard let standby else { return one }
        return "\(one),\(standby.folder)&target_session_attrs=read-write"
    }

    /// Starts a standby, without which nothing commits here from now on.
    package func makeStandby() throws -> PostgresCluster {
        let copy = try Self.asUser(["mktemp", "-d", "/tmp/atelier-postgres.XXXXXX"])
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try Self.asUser([
            Self.program("pg_basebackup"), "--pgdata=\(copy)/data", "--write-recovery-conf",
            "--dbname=\(address())&application_name=standby", "--checkpoint=fast", "--no-sync",
        ])
        try Self.asUser([
            "sh", "-c", "echo \"unix_socket_directories = '$1'\" >>\"$1/data/postgresql.conf\"",
            "sh", copy,
        ])
        let standby = try PostgresCluster(existing: copy)
        try sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        try sql("SELECT pg_reload_conf()")
        return standby
    }

    /// Makes this standby the primary.
    package func promote() throws {
        try sql("SELECT pg_promote(wait => true)")
        try sql("ALTER SYSTEM SET synchronous_standby_names = ''")
        try sql("SELECT pg_reload_conf()")
    }

    /// Makes an empty database and gives its connection URI.
    package func database(_ name: String) throws -> String {
        try sql("CREATE DATABASE \(name) TEMPLATE template0")
        return address(name)
    }

    /// Runs `sql` in the `psql` shell and returns what it printed.
    @discardableResult
    package func sql(_ sql: String, in database: String = "postgres") throws -> String {
        try Shell.run([
            Self.program("psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
            "--set=ON_ERROR_STOP=1", "--dbname=\(address(database))", "--command=\(sql)",
        ]).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Starts it, and waits until it answers.
    package func start() throws {
        // The shell waits for its input to end, which it does when this program does.
        let script = """
            "$1" -D "$2/data" -l "$2/log" -w -t 60 start >"$2/start" || exit
            echo ready
            read -r word
            "$1" -D "$2/data" -m immediate stop >"$2/start"
            [ "$word" = keep ] || rm -rf "$2"
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            Self.user + ["sh", "-c", script, "sh", Self.program("pg_ctl"), folder]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.start()
        guard output.fileHandleForReading.availableData == Data("ready\n".utf8) else {
            throw Shell.Failure(description: "PostgreSQL did not start; see \(folder)/log")
        }
        keeper.withLock { $0 = Keeper(process: process, input: input) }
    }

    /// Ends it as a crash does: nothing is written any more, nobody is told.
    package func stop() {
        keeper.withLock { keeper in
            guard let kept = keeper else { return }
            try? kept.input.fileHandleForWriting.write(contentsOf: Data("keep\n".utf8))
            try? kept.input.fileHandleForWriting.close()
            kept.process.waitUntilExit()
            keeper = nil
        }
    }

    /// The cluster that tests share, each with a database of its own.
    package static let shared = Result { try PostgresCluster() }

    /// Debian keeps the programs of each version in a folder of their own.
    private static func program(_ name: String) -> String {
        let path = "/usr/lib/postgresql/15/bin/\(name)"
        return FileManager.default.isExecutableFile(atPath: path) ? path : name
    }

    /// PostgreSQL does not run as root.
    private static let user =
        getuid() == 0
        ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : []

    @discardableResult
    private static func asUser(_ command: [String]) throws -> String {
        try Shell.run(user + command)
    }
}
