import GRDB

/// Opens received segments and merges what is inside, group by group.
struct SegmentApplier {
    let session: StoreSession
    let sealer: SegmentSealer
    /// Now by the corrected clock, in milliseconds since 1970 UTC.
    let wall: UInt64
    let randomBytes: (Int) -> [UInt8]
    /// What was done so far.
    private(set) var page = AppliedPage()
    /// The tables whose rows were altered.
    private(set) var alteredTables: Set<String> = []

    init(
        session: StoreSession, sealer: SegmentSealer, wall: UInt64,
        randomBytes: @escaping (Int) -> [UInt8]
    ) {
        self.randomBytes = randomBytes
        self.session = session
        self.sealer = sealer
        self.wall = wall
    }

    /// Applies a segment; one that cannot be applied is kept with the reason.
    mutating func applyOrSetAside(_ segment: SequencedSegment) throws {
        var reason: String?
        var result: (applier: SegmentApplier, merged: Merged?)?
        try session.inSavepoint {
            do {
                var attempt = self
                let merged = try attempt.apply(segment)
                result = (attempt, merged)
                return .commit
            } catch let error as SegmentError {
                reason = error.description
            } catch let error as CodecError {
                reason = error.description
            } catch let error as ClockError {
                reason = error.description
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
                reason = "a row breaks a constraint of its table"
            }
            return .rollback
        }
        if let result {
            (page, alteredTables) = (result.applier.page, result.applier.alteredTables)
            guard let merged = result.merged else { return }
            try PartialGroups(session.db).forget(merged.group)
            return try compare(merged.summary)
        }
        guard let reason else { return }
        try PreparedStatement(
            "INSERT INTO sync_quarantine(sequence, bytes, reason) VALUES(?, ?, ?)",
            in: session.db
        ).run(.integer(segment.sequence), .blob(segment.bytes), .text(reason))
    }

    /// What was merged once a group was complete.
    private struct Merged {
        let group: PartialGroups.Group
        let summary: ChangeBatch.Summary?
    }

    /// Nil where the segment is kept until others have come.
    private mutating func apply(_ segment: SequencedSegment) throws -> Merged? {
        let sealed = try SealedSegment(bytes: segment.bytes)
        let header = sealed.header
        guard !header.flags.contains(.snapshot) else {
            throw SegmentError.malformed("a snapshot's chunk among segments")
        }
        let batch = try open(sealed)
        let state = StoreState(db: session.db)
        if header.replica == (try state.replica), try isForked(sealed) {
            // Another copy of this database goes on under our name. Its stamps may equal ours and
            // mean other writes: ours take a new name before its changes are merged.
            try Settlement(session: session).settleCounts(in: batch, at: segment.sequence)
            try Reincarnation(session: session, randomBytes: randomBytes).run()
            page.isForked = true
        } else if header.replica == (try state.replica) {
            try Settlement(session: session).noteReturned(
                Int64(clamping: header.number), sequence: segment.sequence)
        }
        if header.flags.contains(.continues) {
            try PartialGroups(session.db).keep(sealed)
            return nil
        }
        let groups = PartialGroups(session.db)
        let group = try groups.group(before: sealed)
        try groups.forEach(in: group) { try merge(try open($0), at: segment.sequence) }
        try merge(batch, at: segment.sequence)
        return Merged(group: group, summary: batch.summary)
    }

    /// Whether a segment of our own name is not one that we made.
    private func isForked(_ sealed: SealedSegment) throws -> Bool {
        let number = Int64(clamping: sealed.header.number)
        if number > (try StoreState(db: session.db).segmentNumber) { return true }
        let own = try PreparedStatement(
            "SELECT bytes FROM sync_segments WHERE number = ?", in: session.db)
        own.bind(number, at: 1)
        return try own.step() && own.bytes(0) != sealed.bytes
    }

    private func open(_ sealed: SealedSegment) throws -> ChangeBatch {
        let batch = try ChangeBatch(decoding: try sealer.open(sealed))
        guard batch.highestStamp.time <= sealed.header.highestStamp else {
            throw SegmentError.malformed("a change is dated after the header's highest stamp")
        }
        return batch
    }

    private mutating func merge(_ batch: ChangeBatch, at sequence: Int64) throws {
        let state = StoreState(db: session.db)
        try state.receive(batch.highestStamp.time, wall: wall)
        let merger = try BatchMerger(batch, at: sequence, wall: wall, in: session)
        try merger.merge()
        page.changes += merger.altered
        alteredTables.formUnion(merger.alteredTables)
    }

    /// Where sender and receiver have merged the same changes their digests are equal.
    private mutating func compare(_ summary: ChangeBatch.Summary?) throws {
        let state = StoreState(db: session.db)
        guard
            !page.isForked, let summary, summary.cursor == (try state.cursor),
            summary.cursor >= (try state.comparable), try state.offer == .none,
            try session.holdsAllThatItPulled(), try !PendingChanges(session.db).exist(),
            try !PreparedStatement("SELECT 1 FROM sync_segments LIMIT 1", in: session.db).step()
        else { return }
        if summary.digest != session.digest.value { page.differs = true }
    }
}
