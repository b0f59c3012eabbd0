/// What the log says of the rows of one table, to be compacted row by row, in parts: memory stays
/// bounded however long the log is.
///
/// A list that is full keeps the rows with the lowest row ids. Those from ``end`` on come in the
/// next part, for which the log is read again.
package struct ColumnWriteBuffer {
    /// A write to one column of a row.
    package typealias Write = (column: ColumnID, stamp: StampNumber)

    /// What happened to one row.
    private struct ColumnWrite {
        let rowID: SQLRowID
        /// The number of the transaction's stamp.
        let stamp: StampNumber
        /// Its position within the transaction.
        let order: UInt32
        /// ``ColumnID/wholeRow`` where the row was deleted.
        let column: ColumnID
    }

    /// The most column writes that are held.
    private let capacity: Int
    private var columnWrites: [ColumnWrite] = []
    private var latestStamp = StampNumber.zero
    private var order: UInt32 = 0
    private var first = SQLRowID(.min)
    /// Row ids from this one on are left for the next part.
    private var end: SQLRowID?

    /// An empty list of the first part.
    ///
    /// - Parameter capacity: The most column writes that are held, four times ``Limits/columns`` or
    ///   more.
    package init(capacity: Int = Limits.heldColumnWrites) {
        precondition(capacity >= 4 * Limits.columns, "one row must fit")
        self.capacity = capacity
    }

    /// Whether row ids are left for another part.
    package var isCut: Bool { end != nil }

    /// Adds a write; stamps never fall within one part.
    ///
    /// - Parameter column: ``ColumnID/wholeRow`` where the row was deleted.
    package mutating func add(_ column: ColumnID, at rowID: SQLRowID, stamp: StampNumber) {
        order = stamp == latestStamp ? order + 1 : 0
        latestStamp = stamp
        guard rowID >= first, isBeforeEnd(rowID), column.rawValue <= Limits.columns else { return }
        if columnWrites.count == capacity {
            thin()
            guard isBeforeEnd(rowID) else { return }
        }
        columnWrites.append(ColumnWrite(rowID: rowID, stamp: stamp, order: order, column: column))
    }

    /// Hands each row's writes since it was last deleted to `body`, by rising row ids and in the
    /// order of the log; rows without such writes are left out.
    package mutating func forEachRow(
        _ body: (_ rowID: SQLRowID, _ writes: [Write]) throws -> Void
    ) rethrows {
        sort()
        var writes: [Write] = []
        var start = 0
        while start < columnWrites.count {
            let rowID = columnWrites[start].rowID
            writes.removeAll(keepingCapacity: true)
            while start < columnWrites.count, columnWrites[start].rowID == rowID {
                let columnWrite = columnWrites[start]
                if columnWrite.column == .wholeRow {
                    writes.removeAll(keepingCapacity: true)
                } else {
                    writes.append((columnWrite.column, columnWrite.stamp))
                }
                start += 1
            }
            if !writes.isEmpty { try body(rowID, writes) }
        }
    }

    /// Goes on with the row ids that were left.
    package mutating func beginNextPart() {
        first = end ?? SQLRowID(.max)
        end = nil
        columnWrites.removeAll(keepingCapacity: true)
        latestStamp = .zero
    }

    private func isBeforeEnd(_ rowID: SQLRowID) -> Bool {
        guard let end else { return true }
        return rowID < end
    }

    /// By row id, and in the order of the log within one row id.
    private mutating func sort() {
        columnWrites.sort {
            ($0.rowID, $0.stamp, $0.order) < ($1.rowID, $1.stamp, $1.order)
        }
    }

    /// Makes room: the last write to a column stands for all of them, and where that is not enough
    /// the higher row ids are left for the next part.
    private mutating func thin() {
        sort()
        var kept = 0
        var start = 0
        var lasting: [ColumnWrite] = []
        while start < columnWrites.count {
            let rowID = columnWrites[start].rowID
            var stop = start
            while stop < columnWrites.count, columnWrites[stop].rowID == rowID { stop += 1 }
            // Backwards, so that the last of each column is met first.
            var seen: UInt64 = 0
            lasting.removeAll(keepingCapacity: true)
            for columnWrite in columnWrites[start..<stop].reversed() {
                guard seen & columnWrite.column.bit == 0 else { continue }
                seen |= columnWrite.column.bit
                lasting.append(columnWrite)
                // What was there before a deletion is gone.
                if columnWrite.column == .wholeRow { break }
            }
            for columnWrite in lasting.reversed() {
                columnWrites[kept] = columnWrite
                kept += 1
            }
            start = stop
        }
        columnWrites.removeLast(columnWrites.count - kept)
        guard kept > capacity / 2 else { return }
        let end = columnWrites[capacity / 2].rowID
        self.end = end
        let cut = columnWrites.firstIndex { $0.rowID >= end } ?? kept
        columnWrites.removeLast(kept - cut)
    }
}
