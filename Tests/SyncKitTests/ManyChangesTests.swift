import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

/// Batches with more changes than one statement stores.
@Suite struct ManyChangesTests {
    private static let count = 100

    private static func insert(_ count: Int) -> String {
        """
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
        LIMIT \(count)) INSERT INTO items(id, title) SELECT randomblob(16), n FROM numbers
        """
    }

    // Goal: of many cells that two devices edit at once each loss is listed on both devices, with
    // its own row, and only once however often all is pulled.
    @Test func everyLossIsListedOnce() async throws {
        let fleet = try Fleet(seed: 231, devices: 2)
        try fleet[0].run(Self.insert(Self.count))
        try await fleet.settle()
        try fleet[0].run("UPDATE items SET title = title || ' lost', best = 1")
        fleet.time.advance(by: 10)
        try fleet[1].run("UPDATE items SET title = title || ' stands'")
        try await fleet.settle()
        for index in 0..<2 {
            try fleet[index].forgetCursor()
            try await fleet.settle()
        }
        try fleet.expectAgreement()
        for index in 0..<2 {
            let conflicts = try fleet[index].conflicts()
            #expect(conflicts.count == Self.count)
            #expect(Set(conflicts.map(\.key)).count == Self.count)
            for conflict in conflicts {
                let number = try fleet[index].read {
                    try String.fetchOne(
                        $0, sql: "SELECT replace(title, ' stands', '') FROM items WHERE id = ?",
                        arguments: [Data(conflict.key.bytes)])
                }
                let text = try #require(number)
                #expect(conflict.lost == ["title": .text("\(text) lost")])
                #expect(conflict.standing == ["title": .text("\(text) stands")])
            }
            #expect(try fleet[index].diagnose().isHealthy)
        }
    }

    // Goal: values of every kind come back from the list of conflicts as they were.
    @Test(arguments: [
        SQLValue.null, .integer(.min), .integer(0), .integer(.max), .real(-0.0), .real(1e300),
        .text(""), .text("lost ü"), .blob([]), .blob([0, 255]),
    ])
    func lostValuesKeepTheirType(value: SQLValue) async throws {
        let fleet = try Fleet(seed: 232, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(zeroblob(16), 'base')")
        try await fleet.settle()
        try fleet[0].write { db in
            try db.execute(
                sql: "UPDATE items SET title = ?", arguments: [Self.databaseValue(value)])
        }
        fleet.time.advance(by: 10)
        try fleet[1].run("UPDATE items SET title = 'stands'")
        try await fleet.settle()
        for index in 0..<2 {
            #expect(try fleet[index].conflicts().map(\.lost) == [["title": value]])
        }
    }

    private static func databaseValue(_ value: SQLValue) -> DatabaseValue {
        switch value {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .real(let real): real.databaseValue
        case .text(let bytes): String(decoding: bytes, as: UTF8.self).databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }

    // Goal: a batch may name a row more than once, insert, update and delete it: the clock that was
    // written last counts, also where it is not stored yet.
    // Method: one batch of 40 rows, two updates of every row, and the deletion of every second one;
    // a device that gets the same changes one by one ends equal.
    @Test func aBatchMayNameARowAgain() throws {
        let bench = try MergeBench(seed: 233)
        let stamps = (0..<4).map { index in
            ChangeBatch.DatedStamp(
                stamp: Stamp(
                    time: HybridTimestamp(milliseconds: bench.time.now, counter: UInt16(index)),
                    replica: 7),
                causalCursor: 0)
        }
        var generator = SeededGenerator(seed: 234)
        let keys = try (0..<40).map { _ in try #require(RowKey(generator.bytes(16))) }
        var all = TableChanges(table: 1)
        Self.addRows(keys, to: &all)
        Self.addUpdates(keys, to: &all)
        Self.addDeletes(keys, to: &all)
        var rows = TableChanges(table: 1)
        rows.rows = all.rows
        var others = TableChanges(table: 1)
        (others.updates, others.deletes) = (all.updates, all.deletes)
        let (atOnce, inTurn) = (try bench.open(), try bench.open())
        try bench.deliver([try Self.seal([all], stamps, after: nil, bench)], to: atOnce)
        let first = try Self.seal([rows], stamps, after: nil, bench)
        let second = try Self.seal([others], stamps, after: first, bench)
        try bench.deliver([first, second], to: inTurn)
        #expect(try Workshop.contents(of: atOnce) == Workshop.contents(of: inTurn))
        #expect(try atOnce.value("SELECT count(*) FROM items WHERE title = 'third'") == 20)
        #expect(try atOnce.value("SELECT count(*) FROM items WHERE best = 2") == 20)
        for store in [atOnce, inTurn] { #expect(try store.diagnose().isHealthy) }
    }

    private static func addRows(_ keys: [RowKey], to changes: inout TableChanges) {
        var (titles, best) = (CellColumn(), CellColumn())
        for (index, key) in keys.enumerated() {
            changes.rows.keys.append(key)
            changes.rows.createdStamps.append(0)
            changes.rows.exceptions.append(.init(row: Int32(index), column: 3, stamp: 1))
            titles.append(.text("first"))
            best.append(.integer(1))
        }
        changes.rows.columns = [.init(id: 1, cells: titles), .init(id: 3, cells: best)]
    }

    /// Every row twice: another title, and another title with another number.
    private static func addUpdates(_ keys: [RowKey], to changes: inout TableChanges) {
        var title = TableChanges.UpdatedColumn(id: 1)
        var best = TableChanges.UpdatedColumn(id: 3)
        for key in keys + keys.reversed() { changes.updates.keys.append(key) }
        for row in 0..<Int32(2 * keys.count) {
            let isSecond = row >= keys.count
            title.rows.append(row)
            title.stamps.append(isSecond ? 3 : 2)
            title.cells.append(.text(isSecond ? "third" : "second"))
            guard isSecond else { continue }
            best.rows.append(row)
            best.stamps.append(3)
            best.cells.append(.integer(2))
        }
        changes.updates.columns = [title, best]
    }

    /// Every second row.
    private static func addDeletes(_ keys: [RowKey], to changes: inout TableChanges) {
        for index in stride(from: 0, to: keys.count, by: 2) {
            changes.deletes.keys.append(keys[index])
            changes.deletes.causalLengths.append(2)
            changes.deletes.stamps.append(3)
        }
    }

    private static func seal(
        _ tables: [TableChanges], _ stamps: [ChangeBatch.DatedStamp],
        after previous: SealedSegment?, _ bench: MergeBench
    ) throws -> SealedSegment {
        var batch = ChangeBatch()
        (batch.stamps, batch.tables) = (stamps, tables)
        return try bench.sealer.seal(
            batch.encoded(), replica: try #require(ReplicaID([UInt8](repeating: 5, count: 16))),
            number: (previous?.header.number ?? 0) + 1,
            previous: previous?.hash ?? [UInt8](repeating: 0, count: 32),
            highestStamp: batch.highestStamp.time)
    }
}
