import GRDB
import SyncKit
import TestSupport
import Testing

/// Programs of two versions share a library: what the older one does not know is neither lost nor
/// taken for something else.
@Suite struct UpgradeTests {
    private static let key = "x'000102030405060708090a0b0c0d0e0f'"

    // Goal: an insert by a program that does not know a column never wins in it, whenever the
    // program is updated.
    // Method: the row is inserted on both sides, by the older program last.
    @Test(arguments: [false, true])
    func whatWasNotKnownDoesNotWin(isUpdatedFirst: Bool) async throws {
        let studio = try Studio(seed: 171)
        try studio.open(0, version: 2)
        try studio.open(1, version: 1)
        try studio.run(0, "INSERT INTO notes(id, body, color) VALUES(\(Self.key), 'a', 7)")
        try studio.run(1, "INSERT INTO notes(id, body) VALUES(\(Self.key), 'b')")
        if isUpdatedFirst { try studio.open(1, version: 2) }
        for index in [0, 1, 0, 1] { #expect(try await !studio.sync(index).repaired) }
        try studio.open(1, version: 2)
        for index in [1, 0, 1] { #expect(try await !studio.sync(index).repaired) }
        try studio.expectAgreement(on: "b 7")
    }

    // Goal: replicas that agree are not taken for different because one has been updated.
    @Test func anUpdateAloneIsNoDifference() async throws {
        let studio = try Studio(seed: 172)
        try studio.open(0, version: 1)
        try studio.open(1, version: 1)
        try studio.run(0, "INSERT INTO notes(id, body) VALUES(\(Self.key), 'a')")
        try studio.run(1, "INSERT INTO notes(id, body) VALUES(\(Self.key), 'b')")
        _ = try await studio.sync(0)
        try studio.open(0, version: 2)
        for index in [1, 0, 1] { #expect(try await !studio.sync(index).repaired) }
        try studio.open(1, version: 2)
        try studio.expectAgreement(on: "b NULL")
    }

    // Goal: the same for rows that were inserted while an older program was used in between.
    @Test func whatWasInsertedAfterGoingBackDoesNotWin() async throws {
        let studio = try Studio(seed: 173)
        try studio.open(0, version: 2)
        try studio.open(1, version: 2)
        try studio.run(1, "INSERT INTO notes(id, body, color) VALUES(zeroblob(16), 'old', 1)")
        try studio.open(1, version: 1)
        try studio.run(0, "INSERT INTO notes(id, body, color) VALUES(\(Self.key), 'a', 7)")
        try studio.run(1, "INSERT INTO notes(id, body) VALUES(\(Self.key), 'b')")
        try studio.open(1, version: 2)
        for index in [0, 1, 0, 1] { #expect(try await !studio.sync(index).repaired) }
        try studio.expectAgreement(on: "old 1,b 7")
    }

    // Goal: a value that was written before the row began anew elsewhere stays the only one.
    @Test func aDefaultIsNoConflict() async throws {
        let studio = try Studio(seed: 174)
        try studio.open(0, version: 2)
        try studio.open(1, version: 1)
        try studio.run(0, "INSERT INTO notes(id, body, color) VALUES(\(Self.key), 'a', 7)")
        try studio.run(1, "INSERT INTO notes(id, body) VALUES(\(Self.key), 'a')")
        try studio.open(1, version: 2)
        for index in [0, 1, 0, 1] { _ = try await studio.sync(index) }
        try studio.expectAgreement(on: "a 7")
        for store in studio.stores { #expect(try store.conflicts().isEmpty) }
    }

    // Goal: what waits for a newer program goes when its row does, whoever deletes it.
    @Test(arguments: [0, 1])
    func whatWaitsForADeadRowGoes(deleter: Int) async throws {
        let studio = try Studio(seed: 175)
        try studio.open(0, version: 2)
        try studio.open(1, version: 1)
        try studio.run(0, "INSERT INTO notes(id, body, color) VALUES(\(Self.key), 'a', 7)")
        for index in [0, 1] { _ = try await studio.sync(index) }
        let waiting = "SELECT count(*) FROM sync_dependencies"
        #expect(try studio.stores[1].value(waiting) == 1)
        try studio.run(deleter, "DELETE FROM notes")
        for index in [0, 1, 0] { _ = try await studio.sync(index) }
        #expect(try studio.stores[1].value(waiting) == 0)
    }

    // Goal: an update in between does not hide that the clock was wrong when something was written.
    @Test func aWrongClockIsNoticedAfterAnUpdate() async throws {
        let studio = try Studio(seed: 177)
        try studio.open(0, version: 2)
        try studio.open(1, version: 1)
        try studio.run(0, "INSERT INTO notes(id, body, color) VALUES(\(Self.key), 'a', 7)")
        for index in [0, 1] { _ = try await studio.sync(index) }
        let hour: Int64 = 3_600_000
        try studio.open(1, version: 1, skew: hour)
        try studio.run(1, "UPDATE notes SET body = 'b'")
        try studio.open(1, version: 2, skew: hour)
        for index in [1, 0] { _ = try await studio.sync(index) }
        try studio.expectAgreement(on: "b 7")
    }

    // Goal: rows of a table that an older program does not know, deleted while it was away for so
    // long that nobody remembers, do not rise when it learns of the table.
    @Test func whatWasForgottenDoesNotWait() async throws {
        let studio = try Studio(seed: 176)
        for index in 0..<3 { try studio.open(index, version: index == 2 ? 1 : 2) }
        try studio.run(0, "INSERT INTO drawings(id, shape) VALUES(\(Self.key), 'round')")
        for index in 0..<3 { _ = try await studio.sync(index) }
        try studio.run(0, "DELETE FROM drawings")
        studio.time.advance(by: 91 * 24 * 3600 * 1000)
        for index in [0, 1, 0, 1] { _ = try await studio.sync(index) }
        try await studio.makeSnapshot(by: 0)
        studio.server.compact(keepingGrace: 0)
        for index in [0, 1] { _ = try await studio.sync(index) }
        #expect(try studio.stores[0].value("SELECT count(*) FROM sync_tombstones_2") == 0)
        #expect(try await studio.sync(2).chunksReceived == 1)
        try studio.open(2, version: 2)
        for index in [2, 0, 1, 2] { _ = try await studio.sync(index) }
        for store in studio.stores {
            #expect(try store.value("SELECT count(*) FROM drawings") == 0)
        }
    }
}

/// Devices whose programs know one table, or its newest column and another table too.
private final class Studio {
    let time: SimulatedTime
    let server: SimulatedServer
    private(set) var stores: [SyncStore] = []
    private let folder: TemporaryFolder

    init(seed: UInt64) throws {
        time = SimulatedTime(seed: seed)
        server = SimulatedServer(time: time, seed: seed)
        folder = try TemporaryFolder()
    }

    /// Opens a device's store with the program of `version`, 1 or 2, on a clock that is `skew`
    /// milliseconds ahead.
    func open(_ index: Int, version: Int, skew: Int64 = 0) throws {
        var notes = [SyncedColumn("body", id: 1)]
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") {
            try $0.execute(sql: "CREATE TABLE notes(id BLOB PRIMARY KEY NOT NULL, body)")
        }
        if version == 2 {
            notes.append(SyncedColumn("color", id: 2))
            migrator.registerMigration("2") {
                try $0.execute(
                    sql: """
                        ALTER TABLE notes ADD COLUMN color;
                        CREATE TABLE drawings(id BLOB PRIMARY KEY NOT NULL, shape)
                        """)
            }
        }
        let drawings = SyncedTable("drawings", id: 2, columns: [SyncedColumn("shape", id: 1)])
        var tables = [SyncedTable("notes", id: 1, columns: notes)]
        if version == 2 { tables.append(drawings) }
        let store = try SyncStore(
            path: folder.path("\(index).sqlite"), schema: try SyncSchema(tables: tables),
            migrator: migrator, environment: time.environment(skew: skew),
            configuration: Workshop.unsafeConfiguration)
        if index < stores.count { stores[index] = store } else { stores.append(store) }
    }

    /// Writes a moment after whatever was written before.
    func run(_ index: Int, _ sql: String) throws {
        time.advance(by: 10)
        try stores[index].run(sql)
    }

    func sync(_ index: Int) async throws -> SyncReport {
        try await Synchronizer(
            store: stores[index], transport: server.transport(for: index),
            keys: try #require(Gallery.keys()), account: Gallery.account
        ).run()
    }

    func makeSnapshot(by index: Int) async throws {
        try await Fleet.makeSnapshot(
            of: stores[index], id: [UInt8](repeating: 9, count: 16), #require(Gallery.keys()),
            server.transport(for: index))
    }

    /// All stores hold the same notes and count the same digest.
    func expectAgreement(
        on expected: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let notes = """
            SELECT group_concat(body || ' ' || ifnull(color, 'NULL')) FROM (
            SELECT * FROM notes ORDER BY id)
            """
        let digest = try stores[0].storedDigest()
        for store in stores {
            #expect(try store.value(notes) == expected, sourceLocation: sourceLocation)
            #expect(try store.storedDigest() == digest, sourceLocation: sourceLocation)
            #expect(try store.diagnose().isHealthy, sourceLocation: sourceLocation)
        }
    }
}
