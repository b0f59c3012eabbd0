import GRDB

/// At which stamps the rows of one table began, by runs of rows that lie side by side.
///
/// Runs never overlap. They may cover row ids whose rows are gone.
final class RunTable {
    /// Rows `first ..< first + count` began at one stamp.
    struct Run: Equatable {
        var first: SQLRowID
        var count: Int64
        var stamp: StampNumber
        /// The row id after the last.
        var end: SQLRowID { first + count }
        /// The last row id.
        var last: SQLRowID {
            let (last, overflow) = first.rawValue.addingReportingOverflow(count - 1)
            return SQLRowID(overflow ? .max : last)
        }
    }

    private let id: TableID
    private let db: Database
    private let queries: PreparedQueries<Query>
    private var latest: Run?
    /// No stored run reaches beyond this row id; nil until it is needed.
    private var knownEnd: SQLRowID?
    /// The stored run that reaches up to ``knownEnd``; nil where it must be looked for.
    private var lastStored: Run?
    /// Runs not yet stored: rows that arrive one after the other extend one run.
    private var open: Run?

    init(_ table: TableID, in db: Database) {
        id = table
        self.db = db
        queries = PreparedQueries(in: db)
    }

    /// The number of the stamp at which the row at `rowID` began; nil where none is known.
    func stamp(at rowID: SQLRowID) throws -> StampNumber? {
        if let latest, rowID >= latest.first, rowID < latest.end { return latest.stamp }
        try flush()
        guard let run = try run(atOrBefore: rowID), rowID < run.end else { return nil }
        latest = run
        return run.stamp
    }

    /// Notes that the rows of `run` began together.
    func add(_ run: Run) throws {
        if var grown = open, grown.end == run.first, grown.stamp == run.stamp {
            grown.count += run.count
            open = grown
        } else {
            try flush()
            open = run
        }
        if let latest, latest.first < run.end, run.first < latest.end { self.latest = nil }
    }

    /// Stores what is held back; must be called before the transaction ends.
    func flush() throws {
        guard var run = open else { return }
        open = nil
        latest = nil
        let end = try self.end()
        if run.first > end { return try store(run) }
        if let lastStored, run.first == end {
            // The usual case: rows are added after all others.
            guard lastStored.stamp == run.stamp else { return try store(run) }
            return try store(
                Run(
                    first: lastStored.first, count: lastStored.count + run.count,
                    stamp: run.stamp))
        }
        // What lies under the new run is cut away.
        while let under = try self.run(atOrBefore: run.end + -1), under.end > run.first {
            try delete(under.first)
            if under.first < run.first {
                try store(
                    Run(first: under.first, count: run.first - under.first, stamp: under.stamp))
            }
            if under.end > run.end {
                try store(Run(first: run.end, count: under.end - run.end, stamp: under.stamp))
            }
        }
        if let before = try self.run(atOrBefore: run.first), before.end == run.first,
            before.stamp == run.stamp
        {
            run = Run(first: before.first, count: before.count + run.count, stamp: run.stamp)
        }
        try store(run)
    }

    private func end() throws -> SQLRowID {
        if let knownEnd { return knownEnd }
        let last = try PreparedStatement(
            "SELECT first + count FROM sync_runs_\(id) ORDER BY first DESC LIMIT 1", in: db)
        let end = try last.step() ? last.rowID(0) : SQLRowID(.min)
        knownEnd = end
        return end
    }

    private func run(atOrBefore rowID: SQLRowID) throws -> Run? {
        let find = try prepared(.find)
        find.bind(rowID, at: 1)
        defer { find.reset() }
        guard try find.step() else { return nil }
        return Run(first: find.rowID(0), count: find.integer(1), stamp: find.stampNumber(2))
    }

    private func store(_ run: Run) throws {
        let end = try self.end()
        if run.end >= end { (knownEnd, lastStored) = (run.end, run) }
        let insert = try prepared(.insert)
        insert.bind(run.first, at: 1)
        insert.bind(run.count, at: 2)
        insert.bind(run.stamp, at: 3)
        try insert.run()
    }

    private func delete(_ first: SQLRowID) throws {
        lastStored = nil
        let remove = try prepared(.remove)
        remove.bind(first, at: 1)
        try remove.run()
    }

    // MARK: - Statements

    private enum Query: Int, CaseIterable {
        case find, insert, remove
    }

    @inline(__always)
    private func prepared(_ query: Query) throws -> PreparedStatement {
        try queries.statement(query, sql)
    }

    private func sql(_ query: Query) -> String {
        switch query {
        case .find:
            """
            SELECT first, count, stamp FROM sync_runs_\(id) WHERE first <= ?
            ORDER BY first DESC LIMIT 1
            """
        case .insert:
            "INSERT OR REPLACE INTO sync_runs_\(id)(first, count, stamp) VALUES(?, ?, ?)"
        case .remove: "DELETE FROM sync_runs_\(id) WHERE first = ?"
        }
    }
}
