import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

/// A copied or restored database loses nothing and harms nobody.
@Suite struct CopiedDatabaseTests {
    // Goal: two copies of one database that both write and send end equal, with every write.
    @Test func bothCopiesKeepTheirWrites() async throws {
        let pair = try Pair()
        let folder = try TemporaryFolder()
        try Self.insert("before", pair.first)
        try await pair.exchange()
        let copyPath = folder.path("copy.sqlite")
        try Shell.sqlite(pair.firstPath, "VACUUM INTO '\(copyPath)'")
        let copy = try Gallery.open(copyPath, pair.time.environment())
        try Self.insert("original", pair.first)
        try Self.insert("copy", copy)
        try await pair.sync(pair.first)
        #expect(try await pair.sync(copy).rotatedReplicaID)
        try await pair.exchange()
        try await pair.sync(copy)
        let contents = try Gallery.contents(of: pair.first)
        #expect(contents.count == 3)
        #expect(try Gallery.contents(of: pair.second) == contents)
        #expect(try Gallery.contents(of: copy) == contents)
        #expect(try pair.first.replica != (try copy.replica))
    }

    // Goal: a database restored from a backup gets its own sent changes back, and goes on.
    @Test func aRestoredBackupGetsItsOwnChangesBack() async throws {
        let pair = try Pair()
        let folder = try TemporaryFolder()
        try Self.insert("before", pair.first)
        try await pair.sync(pair.first)
        let backupPath = folder.path("backup.sqlite")
        try Shell.sqlite(pair.firstPath, "VACUUM INTO '\(backupPath)'")
        try Self.insert("after the backup", pair.first)
        try await pair.sync(pair.first)
        let restored = try Gallery.open(backupPath, pair.time.environment())
        try Self.insert("after the restore", restored)
        try await pair.sync(restored)
        try await pair.sync(pair.second)
        #expect(try Gallery.contents(of: restored).count == 3)
        #expect(try Gallery.contents(of: pair.second) == (try Gallery.contents(of: restored)))
    }

    // Goal: a write that both copies hold unsent is the same to all, also where the second copy
    // learned of it from a snapshot.
    @Test func aCommonWriteStaysOne() async throws {
        for seed in UInt64(181)...184 {
            let fleet = try Fleet(seed: seed, devices: 2)
            try fleet[0].run("INSERT INTO tags(tag) VALUES('common')")
            try fleet.addDevice(copying: 0)
            try await fleet.sync(0)
            try await fleet.makeSnapshot(by: 0)
            fleet.server.compact(keepingGrace: 0)
            for index in [1, 2, 1, 0, 2] {
                #expect(try await !fleet.sync(index).repaired, "seed \(seed)")
            }
            try fleet.expectAgreement()
        }
    }

    // Goal: a row that was inserted when all had forgotten its deletion stays, although a copy of
    // the deleter's database, made before the deletion was sent, tells it anew under its own name.
    @Test func aCopysOldDeletionTakesNoNewRow() async throws {
        let fleet = try Fleet(seed: 152, devices: 2)
        let key = "x'000102030405060708090a0b0c0d0e0f'"
        try fleet[0].run("INSERT INTO tags(id, tag) VALUES(\(key), 'first')")
        try fleet[0].run("DELETE FROM tags")
        try fleet.addDevice(copying: 0)
        for index in [0, 1, 0, 1] { try await fleet.sync(index) }
        #expect(try fleet[1].value("SELECT count(*) FROM sync_tombstones_2") == 0)
        fleet.server.revoke(0)
        try fleet[1].run("INSERT INTO tags(id, tag) VALUES(\(key), 'second')")
        try await fleet.sync(2)
        try await fleet.settle([1, 2])
        try fleet.expectAgreement([1, 2])
        #expect(try fleet[1].value("SELECT tag FROM tags") == "second")
    }

    private static func insert(_ title: String, _ store: SyncStore) throws {
        try store.write {
            try $0.execute(
                sql: "INSERT INTO pictures(id, title) VALUES(randomblob(16), ?)",
                arguments: [title])
        }
    }
}
