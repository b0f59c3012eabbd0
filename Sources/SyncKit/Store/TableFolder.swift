import GRDB

/// Folds logged operations on one table into its clocks.
struct TableFolder {
    /// An operation and the number of its transaction's stamp.
    struct Event {
        let operation: Operation
        let stamp: Int64
    }

    /// What happened to one place, in order.
    private struct Touch {
        let place: Int64
        /// 0 where the row was deleted.
        let column: UInt8
        let stamp: Int64
    }

    let session: StoreSession
    let table: TableStore
    /// The rows that began or died, where something may wait for that.
    private(set) var awaited: Set<RowKey> = []

    init(session: StoreSession, table: TableStore) {
        self.session = session
        self.table = table
    }

    /// Folds `events`, which are in the order of the log.
    mutating func fold(_ events: [Event]) throws {
        var births = Births()
        var touches: [Touch] = []
        for event in events {
            switch event.operation {
            case .insert(let first, let count):
                births.add(first, count, stamp: event.stamp)
            case .update(let place, let column):
                touches.append(Touch(place: place, column: column, stamp: event.stamp))
            case .delete(let place, let key):
                try bury(key, at: place, stamp: event.stamp, births: &births)
                if session.hasWaiting { awaited.insert(key) }
                touches.append(Touch(place: place, column: 0, stamp: event.stamp))
            }
        }
        try beginRows(births)
        try foldTouches(touches, births)
    }

    // MARK: - Deletes

    private func bury(
        _ key: RowKey, at place: Int64, stamp: Int64, births: inout Births
    ) throws {
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
            try CountLedger(session, table: table.table.id).remove(key, at: place)
        }
    }

    // MARK: - Inserts

    private mutating func beginRows(_ births: Births) throws {
        guard !births.runs.isEmpty else { return }
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
                try noteCounters(of: key, at: place, stamp: run.stamp, columns: table.counters)
                session.digest.toggle(
                    key, in: table.table.id, life: clock.life, began: began,
                    exceptions: EmptyCollection(), adding: true)
            }
            rows.reset()
        }
    }

    // MARK: - Updates

    private func foldTouches(_ touches: [Touch], _ births: Births) throws {
        guard !touches.isEmpty else { return }
        let key = try PreparedStatement(
            "SELECT id FROM \(quoted(table.table.name)) WHERE _rowid_ = ?", in: session.db)
        // By place, and in the order of the log within one place.
        let order = touches.indices.sorted {
            (touches[$0].place, $0) < (touches[$1].place, $1)
        }
        var start = 0
        while start < order.count {
            let place = touches[order[start]].place
            var end = start
            var writes: [(column: UInt8, stamp: Int64)] = []
            while end < order.count, touches[order[end]].place == place {
                let touch = touches[order[end]]
                if touch.column == 0 {
                    writes.removeAll(keepingCapacity: true)
                } else {
                    writes.append((touch.column, touch.stamp))
                }
                end += 1
            }
            if !writes.isEmpty {
                key.bind(place, at: 1)
                if try key.step() { try fold(writes, at: place, try key.key(0)) }
                key.reset()
            }
            start = end
        }
    }

    private func fold(
        _ writes: [(column: UInt8, stamp: Int64)], at place: Int64, _ key: RowKey
    ) throws {
        let began = try table.began(at: place)
        let clock = try table.clock(at: place, began: began)
        var written = clock
        for write in writes {
            if table.counters.contains(write.column) {
                try noteCounters(
                    of: key, at: place, stamp: write.stamp, columns: [write.column])
            } else if write.stamp != began || written.stamp(of: write.column) != nil {
                written.set(write.stamp, of: write.column)
            }
        }
        guard written != clock else { return }
        try toggle(key, began, clock, adding: false)
        try table.set(written, at: place, replacing: clock)
        try toggle(key, began, written, adding: true)
    }

    /// Notes what this replica has added to counters, from what they hold now.
    private func noteCounters(
        of key: RowKey, at place: Int64, stamp: Int64, columns: Set<UInt8>
    ) throws {
        guard !columns.isEmpty else { return }
        let ledger = CountLedger(session, table: table.table.id)
        let replica = try session.stamps.stamp(stamp).replica
        for column in columns.sorted() {
            guard case .integer(let value) = try table.value(of: column, at: place) else {
                continue
            }
            let others = try ledger.sum(at: place, column, without: replica)
            try ledger.set(
                value &- others, key, at: place, column, stamp: stamp, replica: replica,
                isSent: false)
        }
    }

    private func toggle(
        _ key: RowKey, _ began: Int64, _ clock: PackedClock, adding: Bool
    ) throws {
        try table.toggleDigest(of: key, began, clock, in: session, adding: adding)
    }
}
