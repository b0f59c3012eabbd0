import CPostgres
import Foundation

/// PostgreSQL's own programs, run without a password on their command line.
struct PostgresTools {
    private let address: String
    private let password: String?

    /// - Parameter address: A connection URI.
    /// - Throws: ``ServerError/invalidValue(name:reason:)`` where it is none.
    init(_ address: String) throws {
        // What libpq says of it quotes it, and there may be a password in it.
        guard let options = PQconninfoParse(address, nil) else {
            throw ServerError.invalidValue(
                name: "--database",
                reason: "is no connection URI, such as postgres://atelier@db.internal/atelier")
        }
        defer { PQconninfoFree(options) }
        var (words, password): ([String], String?) = ([], nil)
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val.map({ String(cString: $0) }) {
                if String(cString: keyword) == "password" {
                    password = value
                } else {
                    words.append("\(String(cString: keyword))='\(Self.escaped(value))'")
                }
            }
            option += 1
        }
        self.address = words.joined(separator: " ")
        self.password = password
    }

    /// Writes the whole database into a file.
    func writeDump(to path: String) throws {
        let arguments = [
            "--format=custom", "--no-owner", "--no-privileges", "--file=\(path)",
        ]
        try run("pg_dump", arguments + ["--dbname=\(address)"], byHand: arguments)
    }

    /// Turns a dump into statements, all of them read before any is run.
    func read(_ dump: String, into script: String) throws {
        let arguments = ["--no-owner", "--no-privileges"]
        try run(
            "pg_restore", arguments + ["--file=\(script)", dump],
            byHand: arguments + ["--dbname=…", dump])
    }

    /// Runs statements and then a last one, all of them or none.
    func run(script: String, then last: String) throws {
        let arguments = [
            "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1",
            "--single-transaction", "--file=\(script)", "--command=\(last)",
        ]
        try run("psql", arguments + ["--dbname=\(address)"], byHand: arguments)
    }

    private func run(_ name: String, _ arguments: [String], byHand: [String]) throws {
        guard let path = Self.find(name) else {
            throw BackupError.toolMissing(
                name: name, byHand: ([name] + byHand).joined(separator: " "))
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment
        if let password { environment["PGPASSWORD"] = password }
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.standardError
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BackupError.toolFailed(name: name, status: process.terminationStatus)
        }
    }

    private static func find(_ name: String) -> String? {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return folders.split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
    }
}
