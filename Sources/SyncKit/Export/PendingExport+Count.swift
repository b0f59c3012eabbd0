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
        for run in pending.births.runs {
            try scan.start(from: run.first, to: run.end - 1)
            while try scan.next() {
                guard try isPending(scan.began) || hasPendingEdits(.max, scan) else { continue }
                count += 1
                if !pending.counters.isEmpty { counted.insert(scan.key) }
            }
        }
        for place in pending.editsByPlace.keys.sorted() where !pending.births.contains(place) {
            try scan.start(from: place, to: place)
            let columns = pending.editsByPlace[place]?.columns ?? 0
            guard try scan.next(), try hasPendingEdits(columns, scan) else { continue }
            count += 1
            if !pending.counters.isEmpty { counted.insert(scan.key) }
        }
        scan.stop()
        for (key, columns) in pending.counters where !counted.contains(key) {
            if try !pendingEntries(columns, of: key, in: table).isEmpty { count += 1 }
        }
        for key in pending.deaths {
            if let grave = try table.grave(of: key), try isPending(grave.stamp) { count += 1 }
        }
        return count
    }

    private func hasPendingEdits(_ columns: UInt64, _ scan: RowScan) throws -> Bool {
        for exception in scan.clock.exceptions where columns & 1 << UInt64(exception.column) != 0 {
            if try isPending(exception.stamp) { return true }
        }
        return false
    }
}
