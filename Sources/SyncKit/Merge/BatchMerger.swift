import GRDB

/// Merges one received batch into the tables and their clocks.
///
/// Every rule is a maximum of some order, so that merging is commutative, associative and
/// idempotent: the longer life of a row wins; within one life each column's policy decides.
final class BatchMerger {
    let session: StoreSession
    let conflicts: ConflictLog
    let waiting: WaitingRoom
    let batch: ChangeBatch
    /// The place in the account's order at which the batch's own stamps became known.
    let sequence: Int64
    /// How many rows the batch altered.
    private(set) var altered = 0
    /// The tables whose rows it altered.
    private(set) var alteredTables: Set<String> = []
    /// Whether the batch waited: its stamps may be known although its values are not.
    let isReleasing: Bool
    /// What this replica writes itself to keep declared constraints.
    let repairs: RepairWrites
    /// Columns of the row being merged that lost a unique value.
    var setAside: [UInt8] = []
    /// Of the table where two rows have clashed last.
    var freed: (table: Int, values: FreedValues)?
    private var numbers: [Int64]
    /// For the clocks of new rows: one piece of memory for all of them.
    var clockWriter = ByteWriter()

    init(
        _ batch: ChangeBatch, at sequence: Int64, wall: UInt64, in session: StoreSession,
        isReleasing: Bool = false
    ) throws {
        self.isReleasing = isReleasing
        self.session = session
        self.batch = batch
        self.sequence = sequence
        conflicts = ConflictLog(session.db, wall: wall)
        waiting = WaitingRoom(session)
        repairs = RepairWrites(session, wall: wall)
        numbers = [Int64](repeating: 0, count: batch.stamps.count)
    }

    /// Merges all of it.
    ///
    /// Deaths come last, children's before their parents': a row that changed its parent is not
    /// deleted with the old one, and none that the writer deleted has to be repaired.
    func merge() throws {
        for changes in batch.tables {
            guard let table = try session.table(changes.table) else {
                // A newer program's table: kept until this one knows it.
                try waiting.keep(changes, of: batch, at: sequence, row: nil)
                continue
            }
            let before = altered
            try mergeRows(changes.rows, into: table)
            try mergeEdits(changes.edits, into: table)
            try mergeCounts(changes.counts, into: table)
            if altered > before { alteredTables.insert(table.table.name) }
        }
        for changes in batch.tables.reversed() {
            guard let table = try session.table(changes.table) else { continue }
            let before = altered
            for index in 0..<changes.deaths.count {
                try mergeDeath(index, of: changes.deaths, into: table)
            }
            if altered > before { alteredTables.insert(table.table.name) }
        }
        try conflicts.flush()
        alteredTables.formUnion(repairs.tables)
        try repairs.finish()
        for row in repairs.buried { try waiting.release(row.key, in: row.table, to: self) }
    }

    func noteAltered() {
        altered += 1
    }

    /// A stamp of the batch.
    @inline(__always)
    func stamp(_ index: Int32) -> Stamp {
        batch.stamps[Int(index)].stamp
    }

    /// The local number of a stamp of the batch, given out when it is first needed.
    func number(_ index: Int32) throws -> Int64 {
        let index = Int(index)
        if numbers[index] != 0 { return numbers[index] }
        let dated = batch.stamps[index]
        if dated.stamp == .zero { return StampTable.zero }
        numbers[index] = try session.stamps.append(
            dated.stamp, seen: dated.seen, sequence: place(of: dated))
        return numbers[index]
    }

    /// Whether the writer of the stored stamp `number` and that of the batch's stamp `index` did
    /// not know of each other: only then does the loser lose something that its writer did not see.
    func areConcurrent(_ number: Int64, _ index: Int32) throws -> Bool {
        let known = try session.stamps.entry(number)
        let dated = batch.stamps[Int(index)]
        guard known.stamp.replica != dated.stamp.replica else { return false }
        return known.stamp < dated.stamp
            ? (known.sequence ?? .max) > dated.seen
            : place(of: dated) > known.seen
    }

    /// Whether the row that began at this stamp was deleted here, and its grave cleared away: what
    /// became known before every device had seen that deletion is here, or gone.
    func isLongGone(_ index: Int32) -> Bool {
        // What waited came before that deletion could be forgotten here.
        guard !isReleasing else { return false }
        let known = batch.stamps[Int(index)].sequence
        return known > 0 && known <= session.collected
    }

    /// Whether the row that began at this stamp was deleted here before the server lost its memory,
    /// and its grave cleared away: nobody else remembers the deletion either.
    func wasForgotten(_ index: Int32) throws -> Bool {
        try !isReleasing && session.formerStamps.contains(stamp(index))
    }

    /// Whether the writer at the batch's stamp `index` knew of the deletion at the stored stamp
    /// `grave`: if it counts lives from the start all the same, it has cleared the grave away.
    func hasForgotten(_ grave: Int64, _ index: Int32) throws -> Bool {
        // 0 says only that it was known before the server lost its memory: to whom, nobody knows.
        guard let known = try session.stamps.entry(grave).sequence, known > 0 else { return false }
        return batch.stamps[Int(index)].seen >= known
    }

    private func place(of dated: ChangeBatch.DatedStamp) -> Int64 {
        dated.sequence == 0 ? sequence : dated.sequence
    }

    // MARK: - Deaths

    private func mergeDeath(
        _ index: Int, of deaths: TableChanges.Deaths, into table: TableStore
    ) throws {
        let (key, life, died) = (deaths.keys[index], deaths.lives[index], deaths.stamps[index])
        switch try table.row(key) {
        case .unseen:
            try bury(key, life: life, died, in: table)
        case .dead(let known, let stamp):
            let old = try session.stamps.stamp(stamp)
            guard life > known || life == known && self.stamp(died) > old else { return }
            try bury(key, life: life, died, in: table)
        case .alive(let place, let began, let clock):
            guard life > clock.life else { return }
            if try didFollow(died, began) {
                return try outlive(life, key, place, began, clock, in: table)
            }
            try noteLostEdits(key, place, began, clock, died, in: table)
            try repairs.orphan(childrenOf: key, in: table)
            try toggle(key, began, clock, in: table, adding: false)
            try table.delete(key, at: place, clock: clock, in: session)
            try bury(key, life: life, died, in: table)
            noteAltered()
        }
    }

    /// Whether the row that began at the stored stamp `began` did so after the deletion at the
    /// batch's stamp `died` had become known here: its writer had cleared the grave away, and
    /// counted lives from the start. The grave came back, as from a device that still had it when
    /// the server lost its memory.
    private func didFollow(_ died: Int32, _ began: Int64) throws -> Bool {
        let died = stamp(died)
        guard try session.stamps.stamp(began) > died else { return false }
        return try session.stamps.contains(died, before: began)
    }

    /// The row begins a life that is longer than the deletion's, so that it wins everywhere: also
    /// with devices that know nothing of the order of the two. All who have the row raise it alike.
    private func outlive(
        _ life: UInt32, _ key: RowKey, _ place: Int64, _ began: Int64, _ clock: PackedClock,
        in table: TableStore
    ) throws {
        var raised = clock
        raised.life = life + 1
        try toggle(key, began, clock, in: table, adding: false)
        try table.set(raised, at: place)
        try toggle(key, began, raised, in: table, adding: true)
        noteAltered()
        // All of the row is told, with what others added to its counters: that has a new life, too.
        try StoreState(db: session.db).setOffer(.due)
        try waiting.release(key, in: table.table.id, to: self)
    }

    private func bury(
        _ key: RowKey, life: UInt32, _ died: Int32, in table: TableStore
    ) throws {
        try table.bury(key, life: life, stamp: try number(died))
        session.noteGrave(in: table)
        // What waited for that life has lost; children that waited for it are orphans now.
        try waiting.release(key, in: table.table.id, to: self)
    }

    /// A life of a row is about to end that somebody wrote to without knowing of its end.
    func noteLostEdits(
        _ key: RowKey, _ place: Int64, _ began: Int64, _ clock: PackedClock, _ died: Int32,
        in table: TableStore
    ) throws {
        let writes = [began] + clock.exceptions.map(\.stamp)
        guard let lost = try writes.first(where: { try areConcurrent($0, died) }) else { return }
        let values = try table.table.columns.map { column in
            (UInt8(column.id), try table.value(of: UInt8(column.id), at: place))
        }
        try conflicts.add(
            .rowDeleted, table.table.id, key, column: 0, lost: values, lostStamp: lost,
            wonStamp: try number(died))
    }

    // MARK: - Digest

    /// Counts a living row in or out of the digest.
    func toggle(
        _ key: RowKey, _ began: Int64, _ clock: PackedClock, in table: TableStore, adding: Bool
    ) throws {
        try table.toggleDigest(of: key, began, clock, in: session, adding: adding)
    }
}
