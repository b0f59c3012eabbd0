import GRDB
import SyncKit
import TestSupport
import Testing

/// Projects, their tasks and those tasks' notes on a few replicas; reminders name a task, and
/// outlive it.
struct Planner {
    let time: SimulatedTime
    let stores: [SyncStore]
    private let server: SimulatedServer
    private let folder: TemporaryFolder

    init(replicas: Int, seed: UInt64 = 1) throws {
        let (time, folder) = (SimulatedTime(seed: seed), try TemporaryFolder())
        server = SimulatedServer(time: time, seed: seed ^ 1)
        stores = try (0..<replicas).map { index in
            try SyncStore(
                path: folder.path("\(index).sqlite"), schema: try Self.schema(),
                migrator: Self.migrator, environment: time.environment(),
                configuration: Workshop.unsafeConfiguration)
        }
        (self.time, self.folder) = (time, folder)
    }

    subscript(index: Int) -> SyncStore { stores[index] }

    private static func schema() throws -> SyncSchema {
        try SyncSchema(tables: [
            SyncedTable(
                "projects", id: 1,
                columns: [SyncedColumn("name", id: 1), SyncedColumn("colour", id: 2)],
                unique: [["name"]]),
            SyncedTable(
                "tasks", id: 2,
                columns: [
                    SyncedColumn("project", id: 1), SyncedColumn("text", id: 2),
                    SyncedColumn("done", id: 3, .counter),
                ],
                references: [SyncedReference("project", to: "projects", onDelete: .cascade)]),
            SyncedTable(
                "notes", id: 3,
                columns: [SyncedColumn("task", id: 1), SyncedColumn("text", id: 2)],
                references: [SyncedReference("task", to: "tasks", onDelete: .cascade)]),
            SyncedTable(
                "reminders", id: 4, columns: [SyncedColumn("task", id: 1)],
                references: [SyncedReference("task", to: "tasks", onDelete: .setNull)]),
        ])
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("planner") { db in
            try db.execute(
                sql: """
                    CREATE TABLE projects(id BLOB PRIMARY KEY NOT NULL, name TEXT UNIQUE,
                    colour TEXT);
                    CREATE TABLE tasks(id BLOB PRIMARY KEY NOT NULL,
                    project BLOB REFERENCES projects(id) ON DELETE CASCADE, text TEXT,
                    done INTEGER NOT NULL DEFAULT 0);
                    CREATE TABLE notes(id BLOB PRIMARY KEY NOT NULL,
                    task BLOB REFERENCES tasks(id) ON DELETE CASCADE, text TEXT);
                    CREATE TABLE reminders(id BLOB PRIMARY KEY NOT NULL,
                    task BLOB REFERENCES tasks(id) ON DELETE SET NULL);
                    """)
        }
        return migrator
    }

    /// A key as SQL.
    static func id(_ digit: String) -> String { "x'" + String(repeating: digit, count: 32) + "'" }

    /// Project a with the tasks b and c, note d of task b, and reminder e of task b, on all.
    func fill() async throws {
        try stores[0].run(
            """
            INSERT INTO projects(id, name) VALUES(\(Self.id("a")), 'garden');
            INSERT INTO tasks(id, project, text) VALUES
            (\(Self.id("b")), \(Self.id("a")), 'dig'), (\(Self.id("c")), \(Self.id("a")), 'sow');
            INSERT INTO notes VALUES(\(Self.id("d")), \(Self.id("b")), 'with a spade');
            INSERT INTO reminders VALUES(\(Self.id("e")), \(Self.id("b")))
            """)
        try await settle()
    }

    @discardableResult
    func sync(_ index: Int) async throws -> SyncReport {
        let keys = try #require(Gallery.keys())
        return try await Synchronizer(
            store: stores[index], transport: server.transport(for: index), keys: keys,
            account: Gallery.account
        ).run()
    }

    func settle() async throws {
        for _ in 0..<3 {
            for index in stores.indices { try await sync(index) }
        }
    }

    /// Each row as its table and its text.
    static func rows(of store: SyncStore) throws -> Set<String> {
        Set(
            try store.read { db in
                try String.fetchAll(
                    db,
                    sql: """
                        SELECT 'project ' || name FROM projects UNION ALL
                        SELECT 'task ' || text || ' of ' || ifnull((SELECT name FROM projects
                        WHERE id = project), '-') FROM tasks UNION ALL
                        SELECT 'note ' || text FROM notes UNION ALL
                        SELECT 'reminder of ' || ifnull((SELECT text FROM tasks WHERE id = task),
                        '-') FROM reminders
                        """)
            })
    }

    /// All hold these rows, and nothing waits.
    func expectRows(
        _ expected: Set<String>, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for store in stores {
            #expect(try Self.rows(of: store) == expected, sourceLocation: sourceLocation)
            #expect(try store.diagnose().isHealthy, sourceLocation: sourceLocation)
            #expect(try store.pendingChangeCount() == 0, sourceLocation: sourceLocation)
        }
        let digests = try stores.map { try $0.storedDigest() }
        #expect(Set(digests).count == 1, sourceLocation: sourceLocation)
    }
}
