import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

/// Observers hear of every change, whoever made it.
@Suite struct ObservationTests {
    // Goal: an observer has the present value at once, and hears of writes and of merges.
    // Method: waits for each value itself; a change that is not told of would end in the limit.
    @Test(.timeLimit(.minutes(1)))
    func writesAndMergesAreToldOf() async throws {
        let pair = try Pair()
        var titles = pair.second.observe(Self.titles).makeAsyncIterator()
        #expect(try await titles.next() == [])
        try Self.insert("here", pair.second)
        try await Self.wait(for: ["here"], in: &titles)
        try Self.insert("there", pair.first)
        try await pair.exchange()
        try await Self.wait(for: ["here", "there"], in: &titles)
    }

    // Goal: bundles, restored conflicts and other programs' writes are told of too.
    @Test(.timeLimit(.minutes(1)))
    func whatGoesPastTheLibraryIsToldOf() async throws {
        let pair = try Pair()
        let folder = try TemporaryFolder()
        let keys = try #require(Gallery.keys())
        var titles = pair.first.observe(Self.titles).makeAsyncIterator()
        try Self.insert("bundled", pair.second)
        let url = folder.url.appendingPathComponent("bundle")
        try pair.second.exportBundle(to: url, keys: keys, account: Gallery.account)
        try pair.first.importBundle(from: url, keys: keys, account: Gallery.account)
        try await Self.wait(for: ["bundled"], in: &titles)

        try Shell.sqlite(pair.firstPath, "UPDATE pictures SET title = 'by the shell'")
        try await pair.exchange()
        try await Self.wait(for: ["by the shell"], in: &titles)

        try pair.second.write { try $0.execute(sql: "UPDATE pictures SET title = 'lost'") }
        pair.time.advance(by: 1000)
        try pair.first.write { try $0.execute(sql: "UPDATE pictures SET title = 'won'") }
        try await pair.exchange()
        try await Self.wait(for: ["won"], in: &titles)
        var losers = pair.second.observe(Self.titles).makeAsyncIterator()
        #expect(try await losers.next() == ["won"])
        try pair.second.restore(try #require(pair.second.conflicts().first).id)
        try await Self.wait(for: ["lost"], in: &losers)
    }

    // Goal: a transaction that is undone does not swallow the news of what another program wrote.
    @Test(.timeLimit(.minutes(1)))
    func newsOutlivesARollback() async throws {
        struct Undone: Error {}
        let pair = try Pair()
        var titles = pair.first.observe(Self.titles).makeAsyncIterator()
        #expect(try await titles.next() == [])
        try Shell.sqlite(
            pair.firstPath, "INSERT INTO pictures(id, title) VALUES(zeroblob(16), 'shell')")
        #expect(throws: Undone.self) { try pair.first.write { _ in throw Undone() } }
        try pair.first.write { _ in }
        try await Self.wait(for: ["shell"], in: &titles)
    }

    // Goal: a cancelled task's observation ends, and one whose query fails says why.
    @Test(.timeLimit(.minutes(1)))
    func observationsEnd() async throws {
        let pair = try Pair()
        let store = pair.first
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            var count = 0
            for try await _ in store.observe(Self.titles) {
                count += 1
                start.yield()
            }
            return count
        }
        for await _ in started { break }
        task.cancel()
        #expect(try await task.value > 0)

        var failing = store.observe { try Int.fetchOne($0, sql: "SELECT * FROM missing") }
            .makeAsyncIterator()
        await #expect(throws: DatabaseError.self) { try await failing.next() }
    }

    @Sendable private static func titles(_ db: Database) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT title FROM pictures ORDER BY title")
    }

    private static func insert(_ title: String, _ store: SyncStore) throws {
        try store.write {
            try $0.execute(
                sql: "INSERT INTO pictures(id, title) VALUES(randomblob(16), ?)",
                arguments: [title])
        }
    }

    /// Values between may be told of or not.
    private static func wait(
        for wanted: [String], in titles: inout some AsyncIteratorProtocol<[String], any Error>
    ) async throws {
        while let found = try await titles.next(isolation: #isolation) {
            if found == wanted { return }
        }
        Issue.record("the observation ended before \(wanted)")
    }
}
