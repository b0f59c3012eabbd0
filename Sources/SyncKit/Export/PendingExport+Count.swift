import GRDB

extension PendingExport {
    /// How many rows there are to export; looks at their clocks and reads no values.
    func rowCount() throws -> Int {
        var count = 0
        for (id, pending) in try pendingOperations() {
            guard let table = try session.table(id) else { continue }
            count += try self.count(pending, of: table)
        }
        return count
    }

    private func count(_ pending: Pending, of table: TableStore) throws -> Int {
        let scan = try RowScan(table, in: session.db, withValues: false)
        var count = 0
        var counted: Set<RowKey> = []
        for run in pending.insertedRanges.runs {
            try scan.start(from: run.first, to: run.end - 1)
            while try scan.next() {
                guard try isPending(scan.createdStamp) || hasPendingUpdates(.max, scan) else {
                    continue
                }
                count += 1
                if !pending.counters.isEmpty { counted.insert(scan.key) }
            }
        }
        for rowID in pending.updatesByRowID.keys.sorted()
        where !pending.insertedRanges.contains(rowID) {
            try scan.start(from: rowID, to: rowID)
            let columns = pending.updatesByRowID[rowID]?.columns ?? 0
            guard try scan.next(), try hasPendingUpdates(columns, scan) else { continue }
            count += 1
            if !pending.counters.isEmpty { counted.insert(scan.key) }
        }
        scan.stop()
        for (key, columns) in pending.counters where !counted.contains(key) {
            if try !pendingEntries(columns, of: key, in: table).isEmpty { count += 1 }
        }
        for key in pending.deletes {
            if let tombstone = try table.tombstone(of: key), try isPending(tombstone.stamp) {
                count += 1
            }
        }
        return count
    }

    private func hasPendingUpdates(_ columns: UInt64, _ scan: RowScan) throws -> Bool {
        for exception in scan.clock.exceptions where columns & 1 << UInt64(exception.column) != 0 {
            if try isPending(exception.stamp) { return true }
        }
        return false
    }
}
