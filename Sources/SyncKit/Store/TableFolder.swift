import GRDB

/// Folds logged operations on one table into its clocks: first all are added, in the order of the
/// log, then the state of the table is looked at once.
final class TableFolder {
    private let session: StoreSession
    private let table: TableStore
    /// The rows that began or died, where something may wait for that.
    private(set) var awaited: Set<RowKey> = []
    private var births = Births()
    private var touches = TouchList()
    /// What was added to counters and is not noted yet: many additions fold together.
    private var additions: [RowKey: [Addition]] = [:]
    private var additionCount = 0

    private struct Addition {
        let column: UInt8
        let source: UInt64
        var difference: Int64
        var stamp: Int64
    }

    init(session: StoreSession, table: TableStore) {
        self.session = session
        self.table = table
    }

    /// Adds the next operation of the log.
    func add(_ operation: Operation, stamp: Int64) throws {
        switch operation {
        case .insert(let first, let count):
            births.add(first, count, stamp: stamp)
        case .update(let place, let column):
            touches.add(column, at: place, stamp: stamp)
        case .add(let key, let column, _, let difference, let source):
            try addToCounter(
                Addition(column: column, source: source, difference: difference, stamp: stamp),
                of: key)
        case .delete(let place, let key):
            forgetAdditions(to: key)
            try bury(key, at: place, stamp: stamp)
            if session.hasWaiting { awaited.insert(key) }
            touches.add(0, at: place, stamp: stamp)
        }
    }

    /// Adds the next operation of the log once more, after ``beginNextPart()``.
    func addAgain(_ operation: Operation, stamp: Int64) {
        switch operation {
        case .insert, .add: return
        case .update(let place, let column): touches.add(column, at: place, stamp: stamp)
        case .delete(let place, _): touches.add(0, at: place, stamp: stamp)
        }
    }

    /// Begins the rows that were born; after the whole log was added once.
    func beginRows() throws {
        guard !births.runs.isEmpty else { return }
        try beginBornRows()
    }

    /// Folds the updates of this part.
    func foldPart() throws {
        let key = try PreparedStatement(
            "SELECT id FROM \(quoted(table.table.name)) WHERE _rowid_ = ?", in: session.db)
        try touches.forEachRow { place, writes in
            key.bind(place, at: 1)
            defer { key.reset() }
            if try key.step() { try fold(writes, at: place, try key.key(0)) }
        }
    }

    /// Whether the log must be read again for the places that are left.
    var hasNextPart: Bool { touches.isCut }

    func beginNextPart() {
        touches.beginNextPart()
    }

    // MARK: - Counters

    /// Adds an operation alone: for a log whose places mean nothing any more.
    func addCounters(of operation: Operation, stamp: Int64) throws {
        switch operation {
        case .insert, .update: return
        case .add: try add(operation, stamp: stamp)
        case .delete(_, let key):
            forgetAdditions(to: key)
            try CountLedger(session, table: table.table.id).remove(key)
        }
    }

    private func addToCounter(_ addition: Addition, of key: RowKey) throws {
        guard table.counters.contains(addition.column) else { return }
        let known = additions[key]?.firstIndex {
            $0.column == addition.column && $0.source == addition.source
        }
        if let known {
            additions[key]?[known].difference &+= addition.difference
            additions[key]?[known].stamp = addition.stamp
            return
        }
        additions[key, default: []].append(addition)
        additionCount += 1
        if additionCount >= Limits.heldTouches { try noteAdditions() }
    }

    private func forgetAdditions(to key: RowKey) {
        additionCount -= additions.removeValue(forKey: key)?.count ?? 0
    }

    /// Notes what was added to counters so far.
    func noteAdditions() throws {
        let ledger = CountLedger(session, table: table.table.id)
        for (key, additions) in additions {
            for addition in additions {
                try ledger.add(
                    addition.difference, to: addition.column, of: key, source: addition.source,
                    stamp: addition.stamp)
            }
        }
        additions.removeAll()
        additionCount = 0
    }

    // MARK: - Deletes

    private func bury(_ key: RowKey, at place: Int64, stamp: Int64) throws {
        let buried = try table.grave(of: key)
        let life: UInt32
        if births.remove(place) {
            // Born and gone between two folds: no clock of it was ever counted.
            life = (buried?.life ?? 0) + 1
        } else {
            let began = try table.began(at: place)
            let clock = try table.clock(at: place, began: began)
            life = clock.life
            try toggle(key, began, clock, adding: false)
            if !clock.isPlain { try table.removeClock(at: place) }
        }
        try table.bury(key, life: life + 1, stamp: stamp)
        if !table.counters.isEmpty {
            try CountLedger(session, table: table.table.id).remove(key)
        }
    }

    // MARK: - Inserts

    private func beginBornRows() throws {
        let mayBeBuried = try table.hasGraves()
        let rows = try PreparedStatement(
            """
            SELECT _rowid_, id FROM \(quoted(table.table.name))
            WHERE _rowid_ BETWEEN ? AND ? ORDER BY _rowid_
            """, in: session.db)
        for run in births.runs {
            try table.runs.add(run)
            let began = try session.stamps.stamp(run.stamp)
            rows.bind(run.first, at: 1)
            rows.bind(run.end - 1, at: 2)
            while try rows.step() {
                let (place, key) = (rows.integer(0), try rows.key(1))
                guard !births.isGone(place) else { continue }
                if session.hasWaiting { awaited.insert(key) }
                var clock = PackedClock()
                if mayBeBuried, let grave = try table.grave(of: key) {
                    clock.life = grave.life + 1
                    try table.removeGrave(of: key)
                    try table.set(clock, at: place, replacing: PackedClock())
                }
                session.digest.toggle(
                    key, in: table.table.id, life: clock.life, began: began,
                    exceptions: EmptyCollection(), adding: true)
            }
            rows.reset()
        }
    }

    // MARK: - Updates

    private func fold(
        _ writes: [TouchList.Write], at place: Int64, _ key: RowKey
    ) throws {
        let began = try table.began(at: place)
        let clock = try table.clock(at: place, began: began)
        var written = clock
        for write in writes {
            if write.stamp != began || written.stamp(of: write.column) != nil {
                written.set(write.stamp, of: write.column)
            }
        }
        guard written != clock else { return }
        try toggle(key, began, clock, adding: false)
        try table.set(written, at: place, replacing: clock)
        try toggle(key, began, written, adding: true)
    }

    private func toggle(
        _ key: RowKey, _ began: Int64, _ clock: PackedClock, adding: Bool
    ) throws {
        try table.toggleDigest(of: key, began, clock, in: session, adding: adding)
    }
}
