import GRDB
import SyncKit
import TestSupport
import Testing

/// Each merge policy gives the same result whatever the order of delivery.
@Suite struct MergePolicyTests {
    private static let key = "x'000102030405060708090a0b0c0d0e0f'"
    private static let insert = "INSERT INTO items(id, title, plays) VALUES(\(key), 'base', 5)"
    private static let delete = "DELETE FROM items"
    private static let whole = "SELECT group_concat(title || '·' || plays) FROM items"
    private static let tagList =
        "SELECT group_concat(tag) FROM (SELECT DISTINCT tag FROM tags ORDER BY tag)"

    static let cases = [
        MergeCase(
            name: "last writer", base: insert,
            changes: [
                .init(0, "UPDATE items SET title = 'a'"), .init(1, "UPDATE items SET title = 'b'"),
                .init(0, "UPDATE items SET title = NULL"),
                .init(2, "UPDATE items SET title = 'c'"),
            ], question: "SELECT title FROM items", answer: "c"),
        MergeCase(
            name: "first writer", base: insert,
            changes: [
                .init(1, "UPDATE items SET origin = 'b'"),
                .init(0, "UPDATE items SET origin = 'a'"),
                .init(2, "UPDATE items SET origin = 'c', title = 'd'"),
                .init(0, "UPDATE items SET title = 'e'"),
            ], question: "SELECT origin || title FROM items", answer: "be"),
        MergeCase(
            name: "maximum", base: insert,
            changes: [
                .init(0, "UPDATE items SET best = 'text'"), .init(1, "UPDATE items SET best = 9.5"),
                .init(2, "UPDATE items SET best = x'00'"), .init(1, "UPDATE items SET best = 10"),
            ], question: "SELECT hex(best) FROM items", answer: "00"),
        MergeCase(
            name: "counter", base: insert,
            changes: [
                .init(0, "UPDATE items SET plays = plays + 10"),
                .init(1, "UPDATE items SET plays = plays + 100"),
                .init(2, "UPDATE items SET plays = plays - 1000"),
                .init(0, "UPDATE items SET plays = plays + 10000"),
            ], question: "SELECT plays FROM items", answer: "9115"),
        MergeCase(
            name: "add-wins set", base: "INSERT INTO tags(tag) VALUES('ink'), ('sea')",
            changes: [
                .init(1, "DELETE FROM tags WHERE tag = 'ink'"),
                .init(2, "INSERT INTO tags(tag) VALUES('ink')"),
                .init(0, "DELETE FROM tags"),
                .init(1, "INSERT INTO tags(tag) VALUES('oil')"),
            ], question: tagList, answer: "ink,oil"),
        MergeCase(
            name: "delete beats edit", base: insert,
            changes: [
                .init(0, delete), .init(1, "UPDATE items SET title = 'edited', plays = 7"),
                .init(2, delete), .init(1, "UPDATE items SET title = 'again'"),
            ], question: "SELECT count(*) FROM items", answer: "0"),
        MergeCase(
            name: "undelete beats delete", base: insert,
            changes: [
                .init(0, delete),
                .init(0, "INSERT INTO items(id, title, plays) VALUES(\(key), 'risen', 1)"),
                .init(1, "UPDATE items SET title = 'edited', plays = plays + 100"),
                .init(2, delete),
            ], question: whole, answer: "risen·1"),
        MergeCase(
            name: "two undelete", base: insert,
            changes: [
                .init(0, "REPLACE INTO items(id, title, plays) VALUES(\(key), 'one', 20)"),
                .init(1, "REPLACE INTO items(id, title, plays) VALUES(\(key), 'two', 300)"),
                .init(0, "UPDATE items SET plays = plays + 4000"),
                .init(2, "UPDATE items SET title = 'late'"),
            ], question: whole, answer: "two·4320"),
        MergeCase(
            name: "all at once", base: "INSERT INTO tags(tag) VALUES('ink')",
            changes: [
                .init(0, "INSERT INTO items(id, title, plays) VALUES(\(key), 'one', 20)"),
                .init(1, "INSERT INTO items(id, title, plays) VALUES(\(key), 'two', 300)"),
                .init(2, "INSERT INTO items(id, plays) VALUES(\(key), 4000); DELETE FROM tags"),
                .init(2, "UPDATE items SET origin = 'c', best = 1"),
            ], question: "SELECT origin || best || plays FROM items", answer: "c14320"),
    ]

    // Goal: every order of delivery, with repeats, gives the one right result, and the same digest.
    // Method: the base and four changes of three replicas, all 5! = 120 orders, each with its first
    // two segments again at the end; a fresh store for each.
    @Test(arguments: cases)
    func everyDeliveryOrderConverges(_ mergeCase: MergeCase) throws {
        let bench = try MergeBench(seed: 21)
        let written = try mergeCase.write(bench)
        let expected = try Outcome(written, bench)
        #expect(try expected.answer(mergeCase.question) == mergeCase.answer)
        for order in Permutations.of(count: written.segments.count) {
            let store = try bench.open()
            let delivered = order + order.prefix(2)
            try bench.deliver(delivered.map { written.segments[$0] }, to: store)
            #expect(try Workshop.contents(of: store) == expected.contents, "\(order)")
            #expect(try store.storedDigest() == expected.digest, "\(order)")
            #expect(try store.pendingChangeCount() == 0, "\(order)")
        }
    }

    // Goal: writes of the same millisecond have an order too, the same everywhere.
    @Test(arguments: cases)
    func theSameMomentConverges(_ mergeCase: MergeCase) throws {
        let bench = try MergeBench(seed: 22)
        let written = try mergeCase.write(bench, sameMoment: true)
        let expected = try Outcome(written, bench)
        let count = written.segments.count
        for order in Permutations.of(count: count).enumerated().filter({ $0.offset % 7 == 0 }) {
            let store = try bench.open()
            try bench.deliver(order.element.map { written.segments[$0] }, to: store)
            #expect(try Workshop.contents(of: store) == expected.contents, "\(order)")
        }
    }

    /// What the writers come to when each gets all segments.
    private struct Outcome {
        let contents: [String]
        let digest: Int64
        let store: SyncStore

        init(_ written: MergeCase.Written, _ bench: MergeBench) throws {
            for writer in written.writers { try bench.deliver(written.segments, to: writer) }
            store = written.writers[0]
            contents = try Workshop.contents(of: store)
            digest = try store.storedDigest()
            for writer in written.writers {
                #expect(try Workshop.contents(of: writer) == contents)
                #expect(try writer.storedDigest() == digest)
            }
        }

        func answer(_ question: String) throws -> String? {
            try store.value("SELECT CAST((\(question)) AS TEXT)")
        }
    }
}
