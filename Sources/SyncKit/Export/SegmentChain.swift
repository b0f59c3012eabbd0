import GRDB

/// Seals batches as the next links of this replica's chain; together they are one group.
final class SegmentChain {
    private let session: StoreSession
    private let sealer: SegmentSealer
    /// Held back until it is known whether another follows.
    private var held: ChangeBatch?

    init(session: StoreSession, sealer: SegmentSealer) {
        self.session = session
        self.sealer = sealer
    }

    /// Adds a batch to the group.
    func append(_ batch: ChangeBatch) throws {
        if let held { try seal(held, lastStamp: nil) }
        held = batch
    }

    /// Closes the group.
    func finish() throws {
        guard var last = held else { return }
        held = nil
        let state = StoreState(db: session.db)
        if try session.isComparable() {
            last.summary = ChangeBatch.Summary(
                cursor: try state.cursor, digest: session.digest.value)
        }
        let lastStamp = try state.lastStamp
        try seal(last, lastStamp: lastStamp)
        try state.set("sealed", .stamp(lastStamp))
    }

    private func seal(_ batch: ChangeBatch, lastStamp: StampNumber?) throws {
        let state = StoreState(db: session.db)
        let number = try state.segmentNumber + 1
        let encoded = batch.encodedInSections()
        let segment = try sealer.seal(
            encoded.bytes, sectionEnds: encoded.sectionEnds, replica: try state.replica,
            number: UInt64(number), previous: try state.previousSegment,
            highestStamp: batch.highestStamp.time, flags: lastStamp == nil ? .continues : [],
            setAside: batch.summary == nil ? 0 : try Quarantine(session.db).digest())
        try PreparedStatement(
            "INSERT INTO sync_segments(number, bytes, last_stamp) VALUES(?, ?, ?)", in: session.db
        ).run(
            .integer(number), .blob(segment.bytes),
            lastStamp.map(SQLValue.stamp) ?? .null)
        try state.set("number", .integer(number))
        try state.set("previous", .blob(segment.hash))
    }
}
