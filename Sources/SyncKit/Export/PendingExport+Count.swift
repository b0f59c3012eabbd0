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
        for run in pending.births.runs {
            try scan.start(from: run.first, to: run.end - 1)
            while try scan.next() {
                if try isPending(scan.began) || hasPendingEdits(.max, scan, table) { count += 1 }
            }
        }
        for place in pending.editsByPlace.keys.sorted() where !pending.births.contains(place) {
            try scan.start(from: place, to: place)
            let columns = pending.editsByPlace[place]?.columns ?? 0
            if try scan.next(), try hasPendingEdits(columns, scan, table) { count += 1 }
        }
        scan.stop()
        for key in pending.deaths {
            if let grave = try table.grave(of: key), try isPending(grave.stamp) { count += 1 }
        }
        return count
    }

    private func hasPendingEdits(
        _ columns: UInt64, _ scan: RowScan, _ table: TableStore
    ) throws -> Bool {
        for exception in scan.clock.exceptions where columns & 1 << UInt64(exception.column) != 0 {
            if try isPending(exception.stamp) { return true }
        }
        guard !table.counters.isEmpty else { return false }
        for total in try CountLedger(session, table: table.table.id).totals(at: scan.place)
        where columns & 1 << UInt64(total.column) != 0 {
            if try isPending(total.stamp) { return true }
        }
        return false
    }
}
