import SyncKit
import TestSupport
import Testing

@Suite struct RowClockTests {
    /// A row as a replica without a database would keep it: its clock, its values, what waits.
    private struct Replica {
        var clock = RowClock.unseen
        var values: [Int: SQLValue] = [:]
        var waiting: [RowChange] = []

        mutating func apply(_ change: RowChange) {
            switch clock.merge(change) {
            case .unchanged: break
            case .delete: values = [:]
            case .update(let columns):
                for column in columns { values[column] = change.cells[column]?.value }
            case .insert:
                values = change.cells.mapValues(\.value)
                let retried = waiting
                waiting = []
                for change in retried { apply(change) }
            case .wait: waiting.append(change)
            }
        }

        /// What must agree: life, values and every column's stamp.
        var essence: [String] {
            let columns = (1...2).map { column in
                "\(String(describing: values[column])) \(clock.stamp(of: column))"
            }
            return ["\(clock.life)"] + (clock.isAlive ? columns : [])
        }
    }

    private static func stamp(_ time: UInt64, _ replica: UInt8) throws -> Stamp {
        Stamp(
            time: HybridTimestamp(rawValue: time),
            replica: try #require(ReplicaID([UInt8](repeating: replica, count: 16))))
    }

    private static func change(
        life: UInt32, began: Stamp, whole: Bool = false, _ cells: [Int: (Stamp, Int64)] = [:]
    ) throws -> RowChange {
        RowChange(
            table: 1, key: try #require(RowKey([UInt8](repeating: 0, count: 16))), life: life,
            began: began, isWhole: whole,
            cells: cells.mapValues { RowChange.Cell(stamp: $0.0, value: .integer($0.1)) })
    }

    /// Two beginnings of one life, edits of each column, a tie in time, a death, a second life.
    private static func history() throws -> [RowChange] {
        let (first, second) = (try stamp(10, 1), try stamp(11, 2))
        let edit = try stamp(20, 1)
        let tie = try stamp(20, 2)
        let reborn = try stamp(40, 1)
        return [
            try change(life: 1, began: first, whole: true, [1: (first, 1), 2: (first, 1)]),
            try change(life: 1, began: second, whole: true, [1: (second, 2), 2: (second, 2)]),
            try change(life: 1, began: first, [1: (edit, 3)]),
            try change(life: 1, began: second, [1: (tie, 4)]),
            try change(life: 2, began: try stamp(30, 2)),
            try change(life: 3, began: reborn, whole: true, [1: (reborn, 5), 2: (reborn, 5)]),
            try change(life: 3, began: reborn, [2: (try stamp(41, 2), 6)]),
        ]
    }

    // Goal: merging is commutative, associative and idempotent.
    // Method: all orders of every set of up to five of seven conflicting changes, each with one
    // change repeated at the end; all orders must agree.
    @Test func everyOrderAndRepeatAgrees() throws {
        let history = try Self.history()
        var orders = 0
        for subset in 1..<(1 << history.count) where subset.nonzeroBitCount <= 5 {
            let changes = history.indices.filter { subset & 1 << $0 != 0 }
            var expected: [String]?
            for order in permutations(of: changes) {
                var replica = Replica()
                for index in order + order.prefix(1) { replica.apply(history[index]) }
                orders += 1
                if let expected {
                    #expect(replica.essence == expected, "order \(order)")
                } else {
                    expected = replica.essence
                }
            }
        }
        // 7 + 21·2 + 35·6 + 35·24 + 21·120.
        #expect(orders == 3619)
    }

    // Goal: an edit of a life that has not begun here is not lost: it waits.
    @Test func anEditThatArrivesBeforeItsRowWaits() throws {
        let began = try Self.stamp(1, 1)
        let edit = try Self.stamp(2, 1)
        var replica = Replica()
        replica.apply(try Self.change(life: 1, began: began, [1: (edit, 9)]))
        #expect(replica.values.isEmpty)
        replica.apply(
            try Self.change(life: 1, began: began, whole: true, [1: (began, 1), 2: (began, 1)]))
        #expect(replica.values == [1: .integer(9), 2: .integer(1)])
    }

    private func permutations(of items: [Int]) -> [[Int]] {
        guard let first = items.first else { return [[]] }
        return permutations(of: Array(items.dropFirst())).flatMap { rest in
            (0...rest.count).map { Array(rest.prefix($0)) + [first] + Array(rest.dropFirst($0)) }
        }
    }
}
