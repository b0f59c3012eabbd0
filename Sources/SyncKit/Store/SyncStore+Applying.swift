import GRDB

/// A segment at its place in the account's order.
public struct SequencedSegment: Hashable, Sendable {
    /// The place, from 1, rising.
    public let sequence: Int64
    /// The sealed segment's bytes, not yet checked.
    public let bytes: [UInt8]

    /// Takes both fields.
    public init(sequence: Int64, bytes: [UInt8]) {
        self.sequence = sequence
        self.bytes = bytes
    }
}

extension SyncStore {
    /// Applies segments in order in one transaction and moves the cursor past them.
    ///
    /// A segment that cannot be opened or applied is set aside with its reason; the others count.
    /// Applying a segment again changes nothing.
    ///
    /// - Returns: How many changes altered something here.
    package func apply(
        _ segments: [SequencedSegment], with sealer: SegmentSealer
    ) throws -> Int {
        try pool.write { db in
            try ChangeLogFolder(db: db, schema: schema).foldForeign()
            let state = StoreState(db: db)
            var cursor = try state.cursor
            var altered = 0
            for segment in segments {
                guard segment.sequence > cursor else {
                    throw StoreError.sequenceOutOfOrder(got: segment.sequence, after: cursor)
                }
                cursor = segment.sequence
                altered += try applyOrSetAside(segment, with: sealer, in: db)
            }
            try state.set("cursor", .integer(cursor))
            return altered
        }
    }

    /// Tries again what was set aside: a key or a time may have come since.
    package func retryQuarantined(with sealer: SegmentSealer) throws -> Int {
        guard try quarantinedSegmentCount() > 0 else { return 0 }
        return try pool.write { db in
            let segments = try Self.quarantined(db)
            var altered = 0
            for segment in segments {
                try PreparedStatement("DELETE FROM sync_quarantine WHERE sequence = ?", in: db)
                    .run(.integer(segment.sequence))
                altered += try applyOrSetAside(segment, with: sealer, in: db)
            }
            return altered
        }
    }

    private static func quarantined(_ db: Database) throws -> [SequencedSegment] {
        let found = try PreparedStatement(
            "SELECT sequence, bytes FROM sync_quarantine ORDER BY sequence LIMIT 256", in: db)
        var segments: [SequencedSegment] = []
        while try found.step() {
            segments.append(SequencedSegment(sequence: found.integer(0), bytes: found.bytes(1)))
        }
        return segments
    }

    private func applyOrSetAside(
        _ segment: SequencedSegment, with sealer: SegmentSealer, in db: Database
    ) throws -> Int {
        var altered = 0
        var reason: String?
        try db.inSavepoint {
            do {
                altered = try apply(segment.bytes, with: sealer, in: db)
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
        guard let reason else { return altered }
        try PreparedStatement(
            "INSERT OR REPLACE INTO sync_quarantine(sequence, bytes, reason) VALUES(?, ?, ?)",
            in: db
        ).run(.integer(segment.sequence), .blob(segment.bytes), .text(reason))
        return 0
    }

    private func apply(
        _ bytes: [UInt8], with sealer: SegmentSealer, in db: Database
    ) throws -> Int {
        let segment = try SealedSegment(bytes: bytes)
        let batch = try ChangeBatch(decoding: try sealer.open(segment))
        let highest = batch.highestStamp.time
        guard highest <= segment.header.highestStamp else {
            throw SegmentError.malformed("a change is dated after the header's highest stamp")
        }
        let state = StoreState(db: db)
        var clock = try state.clock
        try clock.receive(
            highest, wall: try correctedWall(db), tolerance: Limits.futureTolerance)
        try state.setClock(clock)
        return try TriggerSwitch.withTriggersOff(db) {
            try ChangeMerger(db: db, schema: schema).merge(batch)
        }
    }
}
