import Foundation
import Synchronization
import TestSupport
import Testing

/// The database under a server in a test: a file of SQLite, or one of the shared PostgreSQL.
enum TestDatabase: Sendable {
    /// The file.
    case sqlite(String)
    /// The name.
    case postgres(String)
    /// The connection URI of one that no test shares.
    case own(String)

    /// The kinds that a suite is run on.
    enum Kind: CaseIterable {
        case sqlite
        case postgres
    }

    /// What servers in this task stand on.
    @TaskLocal static var kind = Kind.sqlite

    private static let count = Atomic(0)

    /// An empty one for a server that has `folder`.
    static func make(in folder: TemporaryFolder) throws -> TestDatabase {
        switch kind {
        case .sqlite: return .sqlite(folder.path("server.sqlite"))
        case .postgres:
            let number = count.add(1, ordering: .relaxed).newValue
            let name = "test\(number)"
            _ = try PostgresCluster.shared.get().database(name)
            return .postgres(name)
        }
    }

    /// Where a server finds it; nil where it needs not be told.
    var address: String? {
        get throws {
            switch self {
            case .sqlite: nil
            case .postgres(let name): try PostgresCluster.shared.get().address(name)
            case .own(let address): address
            }
        }
    }

    /// Runs `sql` in a program of the database's own and returns what it printed.
    @discardableResult
    func run(_ sql: String) throws -> String {
        switch self {
        case .sqlite(let path):
            try Shell.sqlite(path, sql).trimmingCharacters(in: .whitespacesAndNewlines)
        case .postgres(let name):
            try PostgresCluster.shared.get().sql(sql, in: name)
        case .own(let address):
            try Shell.run(["psql", "--no-psqlrc", "-qAt", address, "-c", sql])
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// Every row of every table as text: equal where nothing was changed.
    var contents: String {
        get throws {
            switch self {
            case .sqlite(let path): try Shell.sqlite(path, ".dump")
            case .postgres, .own:
                try run(
                    """
                    SELECT table_name, query_to_xml(
                        'SELECT * FROM ' || table_name || ' ORDER BY 1', true, false, '')
                    FROM information_schema.tables WHERE table_schema = 'public'
                    ORDER BY table_name
                    """)
            }
        }
    }

    /// Bytes as a literal.
    func literal(_ bytes: [UInt8]) -> String {
        let digits = bytes.map { String(format: "%02x", $0) }.joined()
        switch self {
        case .sqlite: return "x'\(digits)'"
        case .postgres, .own: return "'\\x\(digits)'::bytea"
        }
    }
}

/// Runs every test of a suite on each kind of database: one contract for both.
struct OnBothDatabases: SuiteTrait, TestTrait, TestScoping {
    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        for kind in TestDatabase.Kind.allCases {
            try await TestDatabase.$kind.withValue(kind) { try await function() }
        }
    }
}

extension Trait where Self == OnBothDatabases {
    /// The suite holds for SQLite and for PostgreSQL.
    static var onBothDatabases: OnBothDatabases { OnBothDatabases() }
}
