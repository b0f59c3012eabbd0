import GRDB

/// Opens received segments and merges what is inside, group by group.
struct SegmentApplier {
    let session: StoreSession
    let sealer: SegmentSealer
    /// Now by the corrected clock, in milliseconds since 1970 UTC.
    let wall: UInt64
    let randomBytes: (Int) -> [UInt8]
    private let chains: ChainHeads
    /// Nil where it was not counted yet.
    private var setAside: Quarantine.Load?
    /// What was done so far.
    private(set) var page = AppliedPage()
    /// The tables whose rows were altered.
    private(set) var alteredTables: Set<String> = []

    init(
        session: StoreSession, sealer: SegmentSealer, wall: UInt64,
        randomBytes: @escaping (Int) -> [UInt8]
    ) throws {
        chains = try ChainHeads(session.db)
        self.randomBytes = randomBytes
        self.session = session
        self.sealer = sealer
        self.wall = wall
    }

    /// Applies a segment; one that cannot be applied yet is kept with the reason, and one that
    /// nobody of the account sealed, or that was taken before, is dropped.
    ///
    /// - Parameter isKept: Whether it is kept already: then there is room for it.
    /// - Returns: False where there is no room to keep it: nothing was done.
    mutating func applyOrSetAside(_ segment: SequencedSegment, isKept: Bool = false) throws -> Bool
    {
        var failure: (any Error)?
        var result: (applier: SegmentApplier, applied: Applied?)?
        try session.inSavepoint {
            do {
                var attempt = self
                let applied = try attempt.apply(segment, isKept: isKept)
                result = (attempt, applied)
                return .commit
            } catch let error where Self.reason(error) != nil {
                failure = error
                return .rollback
            }
        }
        if let result {
            (page, alteredTables) = (result.applier.page, result.applier.alteredTables)
            if let applied = result.applied { try finish(applied) }
            return true
        }
        if (failure as? SegmentError)?.isJunk == true {
            page.dropped += 1
            return true
        }
        let quarantine = Quarantine(session.db)
        var load = try setAside ?? quarantine.load()
        guard let failure, isKept || !load.isFull else { return false }
        load.add(segment)
        setAside = load
        try quarantine.keep(segment, reason: Self.reason(failure) ?? "")
        return true
    }

    /// Stores what is held back; must be called at the end of the page.
    func flush() throws {
        try chains.flush()
    }

    /// Why a segment that failed so is set aside; nil where the failure is not the segment's.
    private static func reason(_ error: any Error) -> String? {
        switch error {
        case let error as SegmentError: error.description
        case let error as CodecError: error.description
        case let error as ClockError: error.description
        case let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT:
            "a row breaks a constraint of its table"
        default: nil
        }
    }

    /// A segment that was taken.
    private struct Applied {
        let segment: SealedSegment
        /// Its sequence; none where that is of an order that the server has lost.
        let sequence: ServerSequence
        /// Nil where it is kept until the rest of its group has come.
        let merged: Merged?
    }

    private mutating func finish(_ applied: Applied) throws {
        let isOwn = try applied.segment.header.replica == StoreState(db: session.db).replica
        if applied.sequence > .none, try chains.receive(applied.segment, isOwn: isOwn) {
            page.misses = true
        }
        guard let merged = applied.merged else { return }
        try PartialGroups(session.db).forget(merged.group)
        guard applied.sequence > .none else { return }
        try compare(merged.summary, with: applied.segment.header)
    }

    /// What was merged once a group was complete.
    private struct Merged {
        let group: PartialGroups.Group
        let summary: ChangeBatch.Summary?
    }

    /// Nil where the segment was taken before: nothing was done.
    private mutating func apply(_ segment: SequencedSegment, isKept: Bool) throws -> Applied? {
        let sequence = segment.sequence
        let sealed = try SealedSegment(bytes: segment.bytes)
        let header = sealed.header
        let payload = try sealer.open(sealed)
        guard header.flags.isDisjoint(with: [.snapshot, .manifest]) else {
            throw SegmentError.malformed("a snapshot's chunk among segments")
        }
        let arrival = isKept ? .new : try chains.arrival(of: sealed)
        guard arrival == .new else {
            page.dropped += 1
            // All is pulled again, from the beginning of the order that there is now.
            if arrival == .other { page.misses = true }
            return nil
        }
        let batch = try Self.batch(payload, of: sealed)
        let state = StoreState(db: session.db)
        if header.replica == (try state.replica), try isForked(sealed) {
            // Another copy of this database uses our replica id. Its stamps may equal ours and mean
            // other writes: ours get a new id before its changes are merged.
            try ReplicaIDRotation(session: session, randomBytes: randomBytes).run()
            page.isForked = true
        } else if header.replica == (try state.replica), sequence > .none {
            try AcknowledgementTracker(session: session).noteReturned(
                Int64(clamping: header.number), sequence: sequence)
        }
        if header.flags.contains(.continues) {
            try PartialGroups(session.db).keep(sealed, at: sequence)
            return Applied(segment: sealed, sequence: sequence, merged: nil)
        }
        let groups = PartialGroups(session.db)
        let group = try groups.group(before: sealed)
        try groups.forEach(in: group) { try merge(try open($0), at: sequence) }
        try merge(batch, at: sequence)
        return Applied(
            segment: sealed, sequence: sequence,
            merged: Merged(group: group, summary: batch.summary))
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
        try Self.batch(try sealer.open(sealed), of: sealed)
    }

    private static func batch(_ payload: [UInt8], of sealed: SealedSegment) throws -> ChangeBatch {
        let batch = try ChangeBatch(decoding: payload)
        guard batch.highestStamp.time <= sealed.header.highestStamp else {
            throw CodecError.invalid("a change is dated after the header's highest stamp")
        }
        return batch
    }

    private mutating func merge(_ batch: ChangeBatch, at sequence: ServerSequence) throws {
        let state = StoreState(db: session.db)
        try state.receive(batch.highestStamp.time, wall: wall)
        let batch = sequence > .none ? batch : batch.withoutSequences()
        let merger = try BatchMerger(batch, at: sequence, wall: wall, in: session)
        try merger.merge()
        page.changes += merger.altered
        alteredTables.formUnion(merger.alteredTables)
    }

    /// Where sender and receiver have merged the same changes their digests are equal.
    private mutating func compare(
        _ summary: ChangeBatch.Summary?, with header: SegmentHeader
    ) throws {
        let state = StoreState(db: session.db)
        guard
            !page.isForked, let summary, summary.cursor == (try state.cursor),
            summary.cursor >= (try state.comparable), try state.offer == .none,
            try session.isComparable(), try session.isSent(),
            try Quarantine(session.db).digest() == header.setAside
        else { return }
        let divergences = Divergences(session.db)
        if summary.digest == session.digest.value {
            try divergences.forget(header.replica)
        } else if try divergences.note(header.replica, wall: wall) {
            page.hasDiverged = true
        }
    }
}
