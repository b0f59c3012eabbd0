import Foundation
import GRDB
import SyncKit
import Synchronization
import TestSupport
import Testing

/// Reading and writing without a thread that waits, beside merges that let others in.
@Suite struct AsyncAccessTests {
    // Goal: what is written by a suspended task is captured and sent, and read the same way.
    @Test func asyncWritesAreSent() async throws {
        let fleet = try Fleet(seed: 91, devices: 2)
        let count = try await fleet[0].asyncWrite { db in
            try db.execute(sql: "INSERT INTO tags(tag) VALUES('one'), ('two')")
            return db.changesCount
        }
        #expect(count == 2)
        try await fleet.settle()
        try fleet.expectAgreement()
        let tags = try await fleet[1].asyncRead {
            try String.fetchAll($0, sql: "SELECT tag FROM tags ORDER BY tag")
        }
        #expect(tags == ["one", "two"])
    }

    // Goal: a write whose task is cancelled before its end leaves nothing, and the next one works.
    @Test func aCancelledWriteLeavesNothing() async throws {
        let fleet = try Fleet(seed: 92, devices: 2)
        let store = fleet[0]
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let mayGoOn = DispatchSemaphore(value: 0)
        let task = Task {
            try await store.asyncWrite { db in
                try db.execute(sql: "INSERT INTO tags(tag) VALUES('cancelled')")
                start.yield()
                mayGoOn.wait()
                try db.execute(sql: "INSERT INTO tags(tag) VALUES('after')")
            }
        }
        for await _ in started { break }
        task.cancel()
        mayGoOn.signal()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await store.asyncWrite { try $0.execute(sql: "INSERT INTO tags(tag) VALUES('kept')") }
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT group_concat(tag) FROM tags") == "kept")
    }

    // Goal: GRDB's own observation of the reader hears of writes and of what is merged.
    @Test(.timeLimit(.minutes(1)))
    func theReaderIsObserved() async throws {
        let fleet = try Fleet(seed: 93, devices: 2)
        let tags = ValueObservation.tracking {
            try String.fetchAll($0, sql: "SELECT tag FROM tags ORDER BY tag")
        }
        var values = tags.values(in: fleet[0].reader).makeAsyncIterator()
        #expect(try await values.next() == [])
        try fleet[1].run("INSERT INTO tags(tag) VALUES('there')")
        try await fleet.settle()
        while let found = try await values.next(), found != ["there"] {}
        try fleet[0].run("INSERT INTO tags(tag) VALUES('here')")
        while let found = try await values.next(), found != ["here", "there"] {}
    }

    // Goal: a page of many groups is merged in several transactions, so that a writer that waits
    // can come in between, and each group is there whole or not at all.
    // Method: the rows are counted at each commit, and by a writer that writes again and again.
    @Test func writersComeInBetweenGroups() async throws {
        let fleet = try Fleet(seed: 94, devices: 2)
        let (groups, rows) = (40, 200)
        for group in 0..<groups {
            try fleet[1].run(
                """
                WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
                LIMIT \(rows)) INSERT INTO items(id, title)
                SELECT randomblob(16), 'group \(group) ' || hex(randomblob(16)) FROM numbers
                """)
            try await fleet.sync(1)
        }
        let store = fleet[0]
        let commits = CommitCounts()
        try await store.asyncWrite { $0.add(transactionObserver: commits) }
        let isDone = Mutex(false)
        let writer = Task {
            var seen: Set<Int> = []
            while !isDone.withLock({ $0 }) {
                let count = try await store.asyncWrite { db in
                    try db.execute(sql: "INSERT INTO tags(tag) VALUES('meanwhile')")
                    return try Int.fetchOne(db, sql: "SELECT count(*) FROM items") ?? 0
                }
                seen.insert(count)
            }
            return seen
        }
        try await fleet.sync(0)
        isDone.withLock { $0 = true }
        let seen = try await writer.value
        #expect(seen.allSatisfy { $0.isMultiple(of: rows) })
        #expect(commits.counts.allSatisfy { $0.isMultiple(of: rows) })
        #expect(commits.counts.contains { $0 > 0 && $0 < groups * rows })
        try await fleet.settle()
        try fleet.expectAgreement()
    }
}

/// How many rows are there after each commit.
private final class CommitCounts: TransactionObserver, Sendable {
    private let found = Mutex<[Int]>([])

    var counts: [Int] { found.withLock { $0 } }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }

    func databaseDidChange(with event: DatabaseEvent) {}

    func databaseDidCommit(_ db: Database) {
        guard let count = try? Int.fetchOne(db, sql: "SELECT count(*) FROM items") else { return }
        found.withLock { $0.append(count) }
    }

    func databaseDidRollback(_ db: Database) {}
}
