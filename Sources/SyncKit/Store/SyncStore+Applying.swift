import GRDB

/// A segment with its sequence.
public struct SequencedSegment: Hashable, Sendable {
    /// The sequence, from 1, rising.
    public let sequence: ServerSequence
    /// The sealed segment's bytes, not yet checked.
    public let bytes: [UInt8]

    /// A segment as it was received, with the sequence that the server says it has.
    public init(sequence: ServerSequence, bytes: [UInt8]) {
        self.sequence = sequence
        self.bytes = bytes
    }
}

/// What applying a page of segments did.
package struct AppliedPage: Hashable, Sendable {
    /// Changes that altered something here.
    package var changes = 0
    /// Whether another copy of this database has sent segments under this one's name.
    package var isForked = false
    /// Whether a segment's sender held another state than this replica after the same changes, and
    /// all is to be merged again for it.
    package var hasDiverged = false
    /// Whether segments of a replica were found missing that were not known to be.
    package var misses = false
    /// Segments that nobody of the account sealed, or that were taken before: they were not kept.
    package var dropped = 0
    /// Whether the last one could not be applied, and there was no room to keep it: the cursor
    /// stands before it.
    package var isStopped = false

    /// Nothing done yet.
    package init() {}
}

extension SyncStore {
    /// Applies a page in several transactions, so that other writers need not wait for all of it:
    /// each ends where a group ends, once it has ``Limits/mergedBytes``.
    func applyInParts(
        _ segments: [SequencedSegment], historyHash: [UInt8]?, with sealer: SegmentSealer
    ) throws -> AppliedPage {
        for (before, next) in zip(segments, segments.dropFirst())
        where next.sequence <= before.sequence {
            throw StoreError.sequenceOutOfOrder(got: next.sequence, after: before.sequence)
        }
        var page = AppliedPage()
        var rest = segments[...]
        repeat {
            let part = Self.part(of: rest)
            rest = rest.dropFirst(part.count)
            let applied = try apply(
                Array(part), historyHash: rest.isEmpty ? historyHash : nil, with: sealer)
            page.changes += applied.changes
            page.dropped += applied.dropped
            page.isForked = applied.isForked
            page.hasDiverged = page.hasDiverged || applied.hasDiverged
            page.misses = page.misses || applied.misses
            page.isStopped = applied.isStopped
            // Under its new name this replica pulls everything again.
        } while !rest.isEmpty && !page.isForked && !page.isStopped
        return page
    }

    /// The segments at the beginning that one transaction applies: whole groups, where the page has
    /// them whole.
    private static func part(of segments: ArraySlice<SequencedSegment>) -> ArraySlice<
        SequencedSegment
    > {
        var bytes = 0
        for (count, segment) in segments.enumerated() {
            bytes += segment.bytes.count
            guard bytes >= Limits.mergedBytes else { continue }
            let sealed = try? SealedSegment(bytes: segment.bytes)
            if sealed?.header.flags.contains(.continues) != true {
                return segments.prefix(count + 1)
            }
        }
        return segments
    }

    /// Applies segments in order in one transaction and moves the cursor past them.
    ///
    /// A segment that cannot be opened or applied is set aside with its reason; the others count.
    /// One that nobody of the account sealed is dropped. Where there is no room to set another one
    /// aside the page ends before it. Of each replica the numbers must rise, until all is pulled
    /// again: a segment that was taken before is dropped.
    ///
    /// - Parameter historyHash: The history hash of the last one.
    package func apply(
        _ segments: [SequencedSegment], historyHash: [UInt8]? = nil, with sealer: SegmentSealer
    ) throws -> AppliedPage {
        let (page, tables) = try engineWrite { session in
            try ChangeLogCompactor(session: session).compact()
            let state = StoreState(db: session.db)
            var applier = try SegmentApplier(
                session: session, sealer: sealer, wall: try correctedWall(session.db),
                randomBytes: environment.randomBytes)
            let before = try state.cursor
            var (cursor, isStopped) = (before, false)
            for segment in segments {
                let sequence = segment.sequence
                guard sequence > cursor else {
                    throw StoreError.sequenceOutOfOrder(got: sequence, after: cursor)
                }
                guard try applier.applyOrSetAside(segment) else {
                    isStopped = true
                    break
                }
                cursor = sequence
                try state.set("cursor", .sequence(cursor))
            }
            if cursor != before { try state.setHistoryHash(isStopped ? nil : historyHash) }
            try applier.flush()
            // Under its new name this replica knows nothing of what the other copy sent.
            if applier.page.isForked { try session.forgetCursor() }
            try ConflictLog(session, wall: applier.wall).purge()
            try Divergences(session.db).purge(wall: applier.wall)
            var page = applier.page
            page.isStopped = isStopped
            return (page, applier.alteredTables)
        }
        try notify(of: tables)
        return page
    }

    /// What to ask the server for next.
    func pullRequest() throws -> PullRequest {
        try pool.read { db in
            let state = StoreState(db: db)
            return PullRequest(
                after: try state.cursor, historyHash: try state.historyHash,
                mergedSequence: try state.mergedSequence)
        }
    }

    /// Notes what the server gives with a sequence, if that is where the cursor is.
    func noteHistoryHash(_ historyHash: [UInt8], at sequence: ServerSequence) throws {
        try engineWrite { session in
            let state = StoreState(db: session.db)
            if try state.cursor == sequence { try state.setHistoryHash(historyHash) }
        }
    }

    /// Tries again what was set aside: a key or a time may have come since.
    package func retryQuarantined(with sealer: SegmentSealer) throws -> AppliedPage {
        guard try quarantinedSegmentCount() > 0 else { return AppliedPage() }
        let (page, tables) = try engineWrite { session in
            try ChangeLogCompactor(session: session).compact()
            var applier = try SegmentApplier(
                session: session, sealer: sealer, wall: try correctedWall(session.db),
                randomBytes: environment.randomBytes)
            for (id, segment) in try Self.quarantined(session.db) {
                try PreparedStatement("DELETE FROM sync_quarantine WHERE id = ?", in: session.db)
                    .run(.integer(id))
                _ = try applier.applyOrSetAside(segment, isKept: true)
            }
            try applier.flush()
            return (applier.page, applier.alteredTables)
        }
        try notify(of: tables)
        return page
    }

    /// Tells observers, who do not see what the engine writes by itself.
    func notify(of tables: Set<String>) throws {
        guard !tables.isEmpty else { return }
        try pool.write { db in
            for table in tables { try db.notifyChanges(in: Table(table)) }
        }
    }

    private static func quarantined(
        _ db: Database
    ) throws -> [(id: Int64, segment: SequencedSegment)] {
        let found = try PreparedStatement(
            "SELECT id, sequence, bytes FROM sync_quarantine ORDER BY id LIMIT 256", in: db)
        var segments: [(id: Int64, segment: SequencedSegment)] = []
        while try found.step() {
            segments.append(
                (
                    found.integer(0),
                    SequencedSegment(sequence: found.sequence(1), bytes: found.bytes(2))
                ))
        }
        return segments
    }
}
