import GRDB

/// Merges one received batch into the tables and their clocks.
///
/// Every rule is a maximum of some order, so that merging is commutative, associative and
/// idempotent: the greater causal length of a row wins; within one causal length each column's
/// policy decides.
final class BatchMerger {
    let session: StoreSession
    let conflicts: ConflictLog
    let dependencies: PendingDependencies
    let batch: ChangeBatch
    /// The sequence at which the batch's own stamps became known.
    let sequence: ServerSequence
    /// How many rows the batch altered.
    private(set) var altered = 0
    /// The tables whose rows it altered.
    private(set) var alteredTables: Set<String> = []
    /// Whether the batch waited: its stamps may be known although its values are not.
    let isReleasing: Bool
    /// What this replica writes itself to keep declared constraints.
    let repairs: RepairWrites
    /// The rows of related tables that the batch deletes.
    private var deletedRows: DeletedRows?
    /// Rows that were listed as relatives of one that was lost.
    var notedRelatives: Set<RelativeName> = []
    /// Columns of the row being merged that lost a unique value.
    var setAside: [ColumnID] = []
    /// Of the table where two rows were found with the same unique values last.
    var released: (table: TableID, values: ReleasedUniqueValues)?
    private var numbers: [StampNumber]

    init(
        _ batch: ChangeBatch, at sequence: ServerSequence, wall: UInt64, in session: StoreSession,
        isReleasing: Bool = false
    ) throws {
        self.isReleasing = isReleasing
        self.session = session
        self.batch = batch
        self.sequence = sequence
        conflicts = ConflictLog(session, wall: wall)
        dependencies = PendingDependencies(session)
        repairs = RepairWrites(session, wall: wall)
        numbers = [StampNumber](repeating: .zero, count: batch.stamps.count)
    }

    /// Merges the whole batch.
    ///
    /// Deletes come last, children's before their parents': a row that changed its parent is not
    /// deleted with the old one, and none that the writer deleted has to be repaired.
    func merge() throws {
        deletedRows = DeletedRows(batch, session.schema)
        let references = try deletedRows.map(referencesToClear) ?? []
        for changes in batch.tables {
            guard let table = try session.table(changes.table) else {
                // A newer program's table: kept until this one knows it.
                try dependencies.keep(changes, of: batch, at: sequence, row: nil)
                continue
            }
            let before = altered
            try mergeRows(changes.rows, into: table)
            try mergeUpdates(changes.updates, into: table)
            try mergeCounts(changes.counts, into: table)
            noteAltered(table, since: before)
        }
        if let deletedRows { try noteRelatives(of: deletedRows) }
        for changes in batch.tables.reversed() {
            guard let table = try session.table(changes.table) else { continue }
            let before = altered
            for index in 0..<changes.deletes.count {
                try mergeDelete(index, of: changes.deletes, into: table)
            }
            noteAltered(table, since: before)
        }
        try noteCleared(references)
        try conflicts.flush()
        alteredTables.formUnion(repairs.tables)
        try repairs.finish()
        for row in repairs.deleted { try dependencies.release(row.key, in: row.table, to: self) }
    }

    /// A row was begun, or may have other parents now: parents that were deleted are dealt with at
    /// once, cycles when all is merged.
    func checkParents(of key: RowKey, in table: TableStore) throws {
        try repairs.enforceParents(of: key, in: table)
        session.movedRows.note(key, in: table.table, wall: conflicts.wall)
    }

    func noteAltered() {
        altered += 1
    }

    /// What restores conflicts is no change of the app's.
    private func noteAltered(_ table: TableStore, since before: Int) {
        guard altered > before else { return }
        if table.table.id == RestoredConflicts.table.id {
            session.hasMergedRestored = true
            altered = before
        } else {
            alteredTables.insert(table.table.name)
        }
    }

    /// A stamp of the batch.
    @inline(__always)
    func stamp(_ index: Int32) -> Stamp {
        batch.stamps[Int(index)].stamp
    }

    /// The local number of a stamp of the batch, assigned when it is first needed.
    func number(_ index: Int32) throws -> StampNumber {
        let index = Int(index)
        if numbers[index] != .zero { return numbers[index] }
        let dated = batch.stamps[index]
        if dated.stamp == .zero { return StampNumber.zero }
        numbers[index] = try session.stamps.append(
            dated.stamp, causalCursor: dated.causalCursor, sequence: sequence(of: dated))
        return numbers[index]
    }

    /// Whether the writer of the stored stamp `number` and that of the batch's stamp `index` did
    /// not know of each other: only then does the loser lose something that its writer did not see.
    func areConcurrent(_ number: StampNumber, _ index: Int32) throws -> Bool {
        let known = try session.stamps.entry(number)
        let dated = batch.stamps[Int(index)]
        guard known.stamp.replica != dated.stamp.replica else { return false }
        return known.stamp < dated.stamp
            ? known.sequence.map { $0 > dated.causalCursor } ?? true
            : sequence(of: dated) > known.causalCursor
    }

    /// Whether the row that began at this stamp was deleted here, and its tombstone cleared away:
    /// what became known before every device had seen that deletion is here, or gone.
    func isLongGone(_ index: Int32) -> Bool {
        // What waited came before that deletion could be forgotten here.
        guard !isReleasing else { return false }
        let known = batch.stamps[Int(index)].sequence
        return known > .none && known <= session.collected
    }

    /// Whether the row that began at this stamp was deleted here before the server lost its data,
    /// and its tombstone cleared away: nobody else remembers the deletion either.
    func wasForgotten(_ index: Int32) throws -> Bool {
        try !isReleasing && session.stampsBeforeReset.contains(stamp(index))
    }

    /// Whether the writer at the batch's stamp `index` knew of the deletion at the stored stamp
    /// `tombstone`: if it counts the causal length from the start all the same, it has cleared the
    /// tombstone away.
    func hasForgotten(_ tombstone: StampNumber, _ index: Int32) throws -> Bool {
        // 0 says only that it was known before the server lost its data, not to which devices.
        guard let known = try session.stamps.entry(tombstone).sequence, known > .none else {
            return false
        }
        return batch.stamps[Int(index)].causalCursor >= known
    }

    private func sequence(of dated: ChangeBatch.DatedStamp) -> ServerSequence {
        dated.sequence == .none ? sequence : dated.sequence
    }

    // MARK: - Deletes

    private func mergeDelete(
        _ index: Int, of deletes: TableChanges.Deletes, into table: TableStore
    ) throws {
        let (key, causalLength, deletedStamp) = (
            deletes.keys[index], deletes.causalLengths[index], deletes.stamps[index]
        )
        switch try table.row(key) {
        case .unseen:
            try addTombstone(key, causalLength: causalLength, deletedStamp, in: table)
        case .dead(let known, let stamp):
            let old = try session.stamps.stamp(stamp)
            guard causalLength > known || causalLength == known && self.stamp(deletedStamp) > old
            else {
                if causalLength == known, self.stamp(deletedStamp) == old {
                    try noteReturned(stamp, as: deletedStamp)
                }
                return
            }
            try addTombstone(key, causalLength: causalLength, deletedStamp, in: table)
        case .alive(let row):
            guard causalLength > row.causalLength else { return }
            if try wasCreated(row, after: deletedStamp) {
                return try raise(row, above: causalLength, in: table)
            }
            try noteLostUpdates(to: row, deletedAt: deletedStamp, in: table)
            try orphanChildren(of: row, deletedAt: deletedStamp, in: table)
            try table.delete(row, in: session)
            try addTombstone(key, causalLength: causalLength, deletedStamp, in: table)
            noteAltered()
        }
    }

    /// The deletion at the stored stamp `tombstone` was known before the server lost its data, and
    /// has come again, as the batch's stamp `index`: from here on in the order all know it, and a
    /// row that counts its causal length from the start may be of a writer that has forgotten it.
    private func noteReturned(_ tombstone: StampNumber, as index: Int32) throws {
        let sequence = sequence(of: batch.stamps[Int(index)])
        guard sequence > .none, try session.stamps.entry(tombstone).sequence == ServerSequence.none
        else { return }
        try session.stamps.setSequence(sequence, of: tombstone)
    }

    /// Whether the row was created after the deletion at the batch's stamp `deletedStamp` had
    /// become known here: its writer had cleared the tombstone away, and counted the causal length
    /// from the start. The tombstone came back, as from a device that still had it when the server
    /// lost its data.
    private func wasCreated(_ row: RowVersion, after deletedStamp: Int32) throws -> Bool {
        let deletedStamp = stamp(deletedStamp)
        guard try session.stamps.stamp(row.createdStamp) > deletedStamp else { return false }
        // By the moment alone: a copy of the deleter's database sends the same deletion under a
        // replica id of its own.
        return try session.stamps.contains(deletedStamp.time, before: row.createdStamp)
    }

    /// The row takes a causal length above the deletion's, so that it wins everywhere: also with
    /// devices that know nothing of the order of the two. Every device that has the row raises it
    /// to the same value.
    private func raise(
        _ row: RowVersion, above causalLength: UInt32, in table: TableStore
    ) throws {
        var raised = row
        raised.clock.causalLength = causalLength + 1
        try table.replace(row, with: raised, in: session)
        noteAltered()
        // The whole row is sent, with what others added to its counters: that has a new causal
        // length, too.
        try StoreState(db: session.db).setOffer(.due)
        try dependencies.release(row.key, in: table.table.id, to: self)
    }

    private func addTombstone(
        _ key: RowKey, causalLength: UInt32, _ deletedStamp: Int32, in table: TableStore
    ) throws {
        try table.addTombstone(key, causalLength: causalLength, stamp: try number(deletedStamp))
        session.noteTombstone(in: table)
        // What waited for that causal length has lost; children that waited for it are orphans now.
        try dependencies.release(key, in: table.table.id, to: self)
    }

    /// A child that the deleter did not know is deleted with its parent, and cannot come back
    /// without it.
    private func orphanChildren(
        of row: RowVersion, deletedAt deletedStamp: Int32, in table: TableStore
    ) throws {
        let before = repairs.deleted.count
        try repairs.orphan(childrenOf: row.key, in: table)
        guard
            repairs.deleted.count > before,
            notedRelatives.insert(RelativeName(table: table.table.id, key: row.key)).inserted,
            try concurrentWrite(to: row, deletedStamp) == nil
        else { return }
        try noteRelative(row, deletedAt: deletedStamp, in: table)
        if let deletedRows { try noteAncestors(of: row, in: table, of: deletedRows) }
    }

    /// A write to the row whose writer did not know of the deletion at the batch's stamp
    /// `deletedStamp`; nil where there is none.
    func concurrentWrite(to row: RowVersion, _ deletedStamp: Int32) throws -> StampNumber? {
        if try areConcurrent(row.createdStamp, deletedStamp) { return row.createdStamp }
        return try row.clock.exceptions.first { try areConcurrent($0.stamp, deletedStamp) }?.stamp
    }

    /// A row is about to be deleted that somebody wrote to without knowing of the deletion.
    func noteLostUpdates(
        to row: RowVersion, deletedAt deletedStamp: Int32, in table: TableStore
    ) throws {
        guard let lost = try concurrentWrite(to: row, deletedStamp) else { return }
        try conflicts.add(
            .rowDeleted, table.table.id, row.key, column: .wholeRow,
            lost: try table.values(of: row),
            lostStamp: lost, wonStamp: try number(deletedStamp))
    }
}
