import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

/// Rows that come with the app are older than whatever anybody writes to them.
@Suite struct SeedRowTests {
    // Goal: a device that opens its store later, with the same seed, does not undo an edit of it,
    // nor a deletion by a device that had it.
    @Test func anUntouchedSeedNeverBeatsAnEdit() async throws {
        let (time, folder) = (SimulatedTime(seed: 81), try TemporaryFolder())
        let server = SimulatedServer(time: time, seed: 82)
        let keys = try #require(Gallery.keys())
        var migrator = Workshop.migrator
        migrator.registerMigration("seed") { db in
            try db.execute(
                sql: """
                    INSERT INTO items(id, title, plays) VALUES
                    (x'000102030405060708090a0b0c0d0e0f', 'seed', 2), (zeroblob(16), 'other', 0)
                    """)
        }
        var stores: [SyncStore] = []
        func open() throws {
            stores.append(
                try SyncStore(
                    path: folder.path("\(stores.count).sqlite"), schema: try Workshop.schema(),
                    migrator: migrator, environment: time.environment(),
                    configuration: Workshop.unsafeConfiguration))
        }
        func settle() async throws {
            for _ in 0..<3 {
                for (index, store) in stores.enumerated() {
                    _ = try await Synchronizer(
                        store: store, transport: server.transport(for: index), keys: keys,
                        account: Gallery.account
                    ).run()
                }
            }
        }
        try open()
        time.advance(by: 1000)
        try stores[0].run("UPDATE items SET title = 'edited', plays = 3 WHERE title = 'seed'")
        try await settle()
        time.advance(by: 3_600_000)
        try open()
        time.advance(by: 1000)
        try await settle()
        for store in stores {
            #expect(
                try store.value("SELECT title || plays FROM items WHERE title <> 'other'")
                    == "edited3")
            #expect(try store.diagnose().isHealthy)
        }
        #expect(try stores[0].storedDigest() == stores[1].storedDigest())
    }
}

/// Swift's types as SQLite's values.
@Suite struct ValueBridgeTests {
    // Goal: what GRDB stores for a value is what the engine has for it, and back.
    @Test func valuesAreThoseOfGRDB() throws {
        let uuid = UUID()
        let key = RowKey(uuid)
        #expect(key.uuid == uuid)
        #expect(RowKey(key.bytes) == key)
        #expect(RowKey.fromDatabaseValue(uuid.databaseValue) == key)
        #expect(key.databaseValue == uuid.databaseValue)
        #expect(SQLValue("text") == .text("text"))
        #expect(SQLValue(uuid) == .blob(key.bytes))
        #expect(SQLValue(7).decoded() == 7)
        #expect(SQLValue(nil) == .null)
        let date = Date(timeIntervalSince1970: 1_700_000_000.5)
        #expect(SQLValue(date).decoded(as: Date.self) == date)
        for value in [SQLValue.null, .integer(-3), .real(2.5), .text("ü"), .blob([0, 255])] {
            #expect(SQLValue.fromDatabaseValue(value.databaseValue) == value)
        }
    }

    // Goal: an error that reaches a user says what its description says.
    @Test func errorsAreLocalized() {
        let errors: [any Error & CustomStringConvertible] = [
            StoreError.endedTransaction, SchemaError.missingTable("n"), BundleError.cutOff,
            ForkedChain(), WritingRefused(), SnapshotGone(), SnapshotRefused(reason: "Too large."),
        ]
        for error in errors { #expect(error.localizedDescription == error.description) }
    }
}
