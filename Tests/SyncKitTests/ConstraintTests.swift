import GRDB
import SyncKit
import TestSupport
import Testing

/// Declared FOREIGN KEY and UNIQUE constraints hold on every replica, whatever two replicas did at
/// the same time.
@Suite struct ConstraintTests {
    // Goal: replicas that write rows with parents and unique names at will end equal, and SQLite
    // finds every constraint kept.
    // Method: three replicas, random writes that each replica's own SQLite accepts, random
    // exchanges; then quiet rounds; a printed seed.
    @Test(arguments: SeededGenerator.seeds(10))
    func constraintsHoldEverywhere(seed: UInt64) async throws {
        var shelf = try Shelf(seed: seed, replicas: 3)
        for _ in 0..<80 { try await shelf.step() }
        try await shelf.settle()
        let contents = try shelf.stores.map { try Shelf.contents(of: $0) }
        #expect(contents[0] == contents[1], "seed \(seed)")
        #expect(contents[0] == contents[2], "seed \(seed)")
        for store in shelf.stores {
            let breaches = try store.read { try $0.foreignKeyViolations().next() }
            #expect(breaches == nil, "seed \(seed)")
            #expect(try store.quarantinedSegmentCount() == 0, "seed \(seed)")
            let diagnosis = try store.diagnose()
            #expect(diagnosis.isHealthy, "seed \(seed): \(diagnosis)")
        }
    }

    // Goal: a row whose parent has not come yet waits, and appears with it.
    @Test func aChildWaitsForItsParent() async throws {
        let shelf = try Shelf(seed: 1, replicas: 2)
        let parent = RowKey(milliseconds: 1, randomBytes: [UInt8](repeating: 1, count: 10))
        let child = RowKey(milliseconds: 2, randomBytes: [UInt8](repeating: 2, count: 10))
        let stamp = Stamp(time: HybridTimestamp(milliseconds: 5, counter: 0), replica: 9)
        let track = ChangeBatch.row(
            child, table: 2, stamp,
            [(1, .text("song")), (2, .blob(parent.bytes)), (3, .null)])
        try shelf.inject(track, number: 1)
        try await shelf.sync(0)
        #expect(try Shelf.contents(of: shelf.stores[0]).isEmpty)
        try shelf.inject(ChangeBatch.row(parent, table: 1, stamp, [(1, .text("album"))]), number: 2)
        try await shelf.sync(0)
        #expect(try Shelf.contents(of: shelf.stores[0]).count == 2)
    }

    // Goal: a row that another program replaces, because it has a unique value in common with a new
    // one, is deleted everywhere.
    @Test(arguments: [
        "INSERT OR REPLACE INTO albums(id, title) VALUES(randomblob(16), 'one')",
        "UPDATE OR REPLACE albums SET title = 'one' WHERE title = 'two'",
        "INSERT OR IGNORE INTO albums(id, title) VALUES(randomblob(16), 'one')",
        """
        INSERT OR REPLACE INTO albums(id, title) VALUES(randomblob(16), 'one');
        INSERT OR REPLACE INTO albums(id, title) VALUES(x'000102030405060708090a0b0c0d0e0f', 'one')
        """,
    ])
    func whatAnotherProgramReplacesIsGone(statement: String) async throws {
        let shelf = try Shelf(seed: 4, replicas: 2)
        try shelf.stores[0].run(
            """
            INSERT INTO albums(id, title)
            VALUES(x'000102030405060708090a0b0c0d0e0f', 'one'), (randomblob(16), 'two')
            """)
        try await shelf.settle()
        try Shell.sqlite(try shelf.stores[0].path, statement)
        try await shelf.settle()
        #expect(try Shelf.contents(of: shelf.stores[0]) == Shelf.contents(of: shelf.stores[1]))
        for store in shelf.stores {
            #expect(try store.diagnose().isHealthy)
            let ones = "SELECT count(*) FROM albums WHERE title = 'one'"
            #expect(try store.value(ones) == 1)
        }
    }

    // Goal: what one transaction does to several rows is no clash between them, and a child that
    // got another parent does not go with the old one.
    @Test(arguments: [
        // Two titles are exchanged.
        """
        UPDATE albums SET title = NULL WHERE title = 'one';
        UPDATE albums SET title = 'one' WHERE title = 'two';
        UPDATE albums SET title = 'two' WHERE title IS NULL
        """,
        // A new row takes the title of one that gets another.
        """
        UPDATE albums SET title = 'three' WHERE title = 'one';
        INSERT INTO albums(id, title) VALUES(randomblob(16), 'one')
        """,
        "REPLACE INTO albums(id, title) VALUES(randomblob(16), 'one')",
        """
        UPDATE tracks SET album = (SELECT id FROM albums WHERE title = 'two');
        DELETE FROM albums WHERE title = 'one'
        """,
    ])
    func aTransactionDoesNotClashWithItself(statements: String) async throws {
        let shelf = try Shelf(seed: 5, replicas: 2)
        let key = "x'000102030405060708090a0b0c0d0e0f'"
        try shelf.stores[0].run(
            """
            INSERT INTO albums(id, title) VALUES(\(key), 'one'), (randomblob(16), 'two');
            INSERT INTO tracks(id, name, album) VALUES(randomblob(16), 'track', \(key))
            """)
        try await shelf.settle()
        try shelf.stores[0].run(statements)
        let expected = try Shelf.contents(of: shelf.stores[0])
        try await shelf.settle()
        for store in shelf.stores {
            #expect(try Shelf.contents(of: store) == expected)
            #expect(try store.conflicts().isEmpty)
        }
    }

    // Goal: a child that has its parent's key, in a table of its own, goes with its parent.
    @Test func aChildMayHaveItsParentsKey() async throws {
        let shelf = try Shelf(seed: 3, replicas: 2)
        let key = "x'\(String(repeating: "5", count: 32))'"
        try shelf.stores[0].run("INSERT INTO albums(id, title) VALUES(\(key), 'album')")
        try await shelf.settle()
        try shelf.stores[0].run("DELETE FROM albums")
        try shelf.stores[1].run("INSERT INTO tracks(id, name, album) VALUES(\(key), 'a', \(key))")
        try await shelf.settle()
        for store in shelf.stores {
            #expect(try Shelf.contents(of: store).isEmpty)
            #expect(try store.diagnose().isHealthy)
            #expect(try store.read { try $0.foreignKeyViolations().next() } == nil)
        }
        #expect(try shelf.stores[0].storedDigest() == shelf.stores[1].storedDigest())
    }

    // Goal: of two rows that took the same name the later keeps its other data, loses the name,
    // and the loss is on the conflict list.
    @Test func theLaterOfTwoNamesIsSetAside() async throws {
        let shelf = try Shelf(seed: 2, replicas: 2)
        for (index, note) in ["first", "second"].enumerated() {
            try shelf.stores[index].write { db in
                try db.execute(
                    sql: "INSERT INTO tracks(id, note, name) VALUES(randomblob(16), 'song', ?)",
                    arguments: [note])
            }
            shelf.time.advance(by: 10)
        }
        try await shelf.settle()
        for store in shelf.stores {
            let names = try store.read { db in
                try Row.fetchAll(db, sql: "SELECT note FROM tracks ORDER BY name")
            }
            #expect(names.map { $0["note"] as String? } == ["song", nil])
        }
        // The replica that met both values lists the loss.
        let conflict = try #require(try shelf.stores[1].conflicts().first)
        #expect(conflict.kind == .duplicateValue)
        #expect(conflict.lost == ["note": .text("song")])
    }

    // Goal: a constraint whose repair is not declared is refused, with words that say what to do.
    @Test func anUndeclaredConstraintIsRefused() throws {
        let schema = try SyncSchema(tables: [
            SyncedTable("tracks", id: 2, columns: [SyncedColumn("name", id: 1)])
        ])
        let folder = try TemporaryFolder()
        #expect(
            throws: SchemaError.undeclaredConstraint(table: "tracks", constraint: "FOREIGN KEY")
        ) {
            try SyncStore(
                path: folder.path("a.sqlite"), schema: schema, migrator: Shelf.migrator,
                environment: SimulatedTime(seed: 1).environment())
        }
    }
}

/// Albums and their tracks on a few replicas.
private struct Shelf {
    let time: SimulatedTime
    let stores: [SyncStore]
    private let server: SimulatedServer
    private var generator: SeededGenerator
    private let folder: TemporaryFolder

    init(seed: UInt64, replicas: Int) throws {
        let (time, folder) = (SimulatedTime(seed: seed), try TemporaryFolder())
        server = SimulatedServer(time: time, seed: seed ^ 1)
        generator = SeededGenerator(seed: seed ^ 2)
        stores = try (0..<replicas).map { index in
            try SyncStore(
                path: folder.path("\(index).sqlite"), schema: try Self.schema(),
                migrator: Self.migrator, environment: time.environment())
        }
        self.time = time
        self.folder = folder
    }

    static func schema() throws -> SyncSchema {
        try SyncSchema(tables: [
            SyncedTable(
                "albums", id: 1, columns: [SyncedColumn("title", id: 1)], unique: [["title"]]),
            SyncedTable(
                "tracks", id: 2,
                columns: [
                    SyncedColumn("name", id: 1), SyncedColumn("album", id: 2),
                    SyncedColumn("cover", id: 3), SyncedColumn("note", id: 4),
                ],
                references: [
                    SyncedReference("album", to: "albums", onDelete: .cascade),
                    SyncedReference("cover", to: "tracks", onDelete: .setNull, onCycle: .keep),
                ], unique: [["name", "album"], ["note"]]),
        ])
    }

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("shelf") { db in
            try db.execute(
                sql: """
                    CREATE TABLE albums(id BLOB PRIMARY KEY NOT NULL, title TEXT UNIQUE);
                    CREATE TABLE tracks(id BLOB PRIMARY KEY NOT NULL, name TEXT,
                    album BLOB REFERENCES albums(id) ON DELETE CASCADE,
                    cover BLOB REFERENCES tracks(id) ON DELETE SET NULL, note TEXT UNIQUE,
                    UNIQUE(name, album));
                    """)
        }
        return migrator
    }

    static func contents(of store: SyncStore) throws -> [String] {
        try store.read { db in
            try String.fetchAll(
                db, sql: "SELECT hex(id) || quote(title) FROM albums ORDER BY id")
                + String.fetchAll(
                    db,
                    sql: """
                        SELECT hex(id) || quote(name) || quote(album) || quote(cover)
                        || quote(note) FROM tracks ORDER BY id
                        """)
        }
    }

    func inject(_ batch: ChangeBatch, number: UInt64) throws {
        let keys = try #require(Gallery.keys())
        let replica = try #require(ReplicaID([UInt8](repeating: 8, count: 16)))
        server.inject(
            try SegmentSealer(keys: keys, account: Gallery.account).seal(
                batch.encoded(), replica: replica, number: number,
                previous: [UInt8](repeating: 0, count: 32),
                highestStamp: batch.highestStamp.time))
    }

    func sync(_ index: Int) async throws {
        let keys = try #require(Gallery.keys())
        _ = try await Synchronizer(
            store: stores[index], transport: server.transport(for: index), keys: keys,
            account: Gallery.account
        ).run()
    }

    func settle() async throws {
        for _ in 0..<4 {
            for index in stores.indices { try await sync(index) }
        }
    }

    mutating func step() async throws {
        time.advance(by: UInt64(generator.below(2000)))
        let index = generator.below(stores.count)
        if generator.oneIn(4) { return try await sync(index) }
        let statement = randomStatement()
        do {
            try stores[index].write { try $0.execute(sql: statement) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            // What one replica's own SQLite refuses never happened.
        }
    }

    private mutating func randomStatement() -> String {
        let (album, track) = (key("a"), key("b"))
        let number = generator.below(4)
        return switch generator.below(10) {
        case 0, 1: "INSERT INTO albums(id, title) VALUES(\(album), 'title \(number)')"
        case 2: "DELETE FROM albums WHERE id = \(album)"
        case 3: "UPDATE albums SET title = 'title \(number)' WHERE id = \(album)"
        case 4, 5:
            "INSERT INTO tracks(id, name, album) VALUES(\(track), 'name \(number)', \(album))"
        case 6: "UPDATE tracks SET album = \(album), name = 'name \(number)' WHERE id = \(track)"
        case 7: "UPDATE tracks SET cover = \(key("b")) WHERE id = \(track)"
        case 8: "UPDATE tracks SET note = 'note \(number)' WHERE id = \(track)"
        default: "DELETE FROM tracks WHERE id = \(track)"
        }
    }

    private mutating func key(_ digit: String) -> String {
        "x'" + String(repeating: digit, count: 31) + "\(generator.below(5))'"
    }
}
