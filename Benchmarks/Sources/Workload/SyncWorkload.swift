package import Foundation

/// The rows and edits that every engine is given, the same in every run and every language.
///
/// With the standard size of 100,000 rows they are those of the written workload, version 1, and
/// its reference digests hold. Other sizes keep the proportions.
package struct SyncWorkload: Sendable {
    /// How rows are named.
    package let identifiers: IdentifierKind
    /// How many rows the bulk insert makes, and how many remain after the deletes.
    package let rowCount: Int
    private let order: [Int]

    /// The size for which reference digests are known.
    package static let standardRowCount = 100_000

    /// Takes the kind of ids and the size, a multiple of 10,000.
    package init(identifiers: IdentifierKind, rowCount: Int = standardRowCount) {
        precondition(rowCount > 0 && rowCount % 10_000 == 0, "the size is in steps of 10,000 rows")
        self.identifiers = identifiers
        self.rowCount = rowCount
        var order = Array(0..<(rowCount + rowCount / 10))
        var stream = SeededStream(tag: 3, index: 0)
        for index in 0..<(rowCount / 10) {
            order.swapAt(index, index + stream.next(below: order.count - index))
        }
        self.order = order
    }

    /// How many rows are ever inserted.
    package var allRowCount: Int { order.count }

    /// How many rows are deleted.
    package var deletedCount: Int { rowCount / 10 }

    /// How many cells each side edits in the two-way phase; half of them are edited by both.
    package var twoWayCount: Int { rowCount / 5 }

    /// The row numbered `index`.
    package func row(_ index: Int) -> WorkloadRow {
        var stream = SeededStream(tag: 1, index: index)
        var id = Self.randomIdentifier(from: &stream)
        let values = WorkloadColumn.allCases.map {
            WorkloadValue.drawn(for: $0, row: index, from: &stream)
        }
        if identifiers == .v7 { Self.stampTime(of: values, on: &id) }
        return WorkloadRow(id: Data(id), values: values)
    }

    /// The primary key of the row numbered `index`.
    package func identifier(_ index: Int) -> Data {
        guard identifiers == .v4 else { return row(index).id }
        var stream = SeededStream(tag: 1, index: index)
        return Data(Self.randomIdentifier(from: &stream))
    }

    /// The primary key of the row that goes as the `index`th.
    package func deletedIdentifier(_ index: Int) -> Data {
        identifier(order[index])
    }

    /// The numbers of the rows that live after the deletes.
    package var liveRows: ArraySlice<Int> { order[deletedCount...] }

    /// Edit `index` of the bulk update.
    package func bulkEdit(_ index: Int) -> WorkloadEdit {
        var stream = SeededStream(tag: 2, index: index)
        let row = stream.next(below: order.count)
        return edit(of: row, from: &stream)
    }

    /// Edit `index` of those sent to the other replica.
    package func sentEdit(_ index: Int) -> WorkloadEdit {
        liveEdit(tag: 5, index)
    }

    /// Edit `index` of the one-edit transactions.
    package func singleEdit(_ index: Int) -> WorkloadEdit {
        liveEdit(tag: 10, index)
    }

    /// The edit of cell `index` in the two-way phase, by the first or the second replica.
    package func twoWayEdit(_ index: Int, bySecond: Bool) -> WorkloadEdit {
        var cell = SeededStream(tag: 9, index: index)
        let row = order[deletedCount + 3 * index + cell.next(below: 3)]
        let column = WorkloadColumn.drawn(from: &cell)
        var values = SeededStream(tag: bySecond ? 7 : 6, index: index)
        return WorkloadEdit(
            id: identifier(row), column: column,
            value: .drawn(for: column, row: row, from: &values))
    }

    /// Edit `index` of any number of edits of the rows below `count`: not of the written workload.
    package func edit(_ index: Int, amongFirst count: Int) -> WorkloadEdit {
        var stream = SeededStream(tag: 11, index: index)
        let row = stream.next(below: count)
        return edit(of: row, from: &stream)
    }

    /// The primary key of the `index`th row that is read after opening.
    package func readIdentifier(_ index: Int) -> Data {
        var stream = SeededStream(tag: 8, index: index)
        return identifier(order[deletedCount + stream.next(below: rowCount)])
    }

    private func liveEdit(tag: UInt64, _ index: Int) -> WorkloadEdit {
        var stream = SeededStream(tag: tag, index: index)
        let row = order[deletedCount + stream.next(below: rowCount)]
        return edit(of: row, from: &stream)
    }

    private func edit(of row: Int, from stream: inout SeededStream) -> WorkloadEdit {
        let column = WorkloadColumn.drawn(from: &stream)
        return WorkloadEdit(
            id: identifier(row), column: column,
            value: .drawn(for: column, row: row, from: &stream))
    }

    private static func randomIdentifier(from stream: inout SeededStream) -> [UInt8] {
        let first = stream.next()
        var id = WorkloadValue.littleEndian(first) + WorkloadValue.littleEndian(stream.next())
        id[6] = id[6] & 0x0F | 0x40
        id[8] = id[8] & 0x3F | 0x80
        return id
    }

    private static func stampTime(of values: [WorkloadValue], on id: inout [UInt8]) {
        guard case .integer(let created) = values[WorkloadColumn.createdAt.rawValue] else {
            preconditionFailure("the creation time is an integer")
        }
        for index in 0..<6 { id[index] = UInt8(truncatingIfNeeded: created >> (40 - 8 * index)) }
        id[6] = id[6] & 0x0F | 0x70
    }
}
