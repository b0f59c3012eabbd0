import GRDB

/// The steps of an exchange one by one, for those who measure: an app uses ``Synchronizer``.
extension SyncStore {
    /// The whole state in the wire form, before compression and sealing.
    @_spi(Measuring)
    public func encodedState() throws -> [MeasuredBatch] {
        try compactLog()
        return try pool.read { db in
            var batches: [MeasuredBatch] = []
            try StateExport(session: try StoreSession(db, schema)).run {
                batches.append(MeasuredBatch($0.encodedInSections()))
            }
            return batches
        }
    }

    /// What was written since ``markExchanged()``, in the wire form, before compression and
    /// sealing.
    @_spi(Measuring)
    public func encodedPending() throws -> [MeasuredBatch] {
        try engineWrite { session in
            var batches: [MeasuredBatch] = []
            _ = try PendingExport(session: session, after: { try $0.acknowledged }).run {
                batches.append(MeasuredBatch($0.encodedInSections()))
            }
            return batches
        }
    }

    /// Makes everything up to now known to the account, as a push would.
    @_spi(Measuring)
    public func markExchanged() throws {
        try engineWrite { session in
            try ChangeLogCompactor(session: session).compact()
            let state = StoreState(db: session.db)
            let sequence = ServerSequence(try state.cursor.rawValue + 1)
            try AcknowledgementTracker(session: session).settle(
                through: try state.lastStamp, sequence: sequence)
            try state.setCursor(sequence, historyHash: nil)
        }
    }

    /// Merges batches in the wire form as one.
    @_spi(Measuring)
    public func merge(encoded batches: [[UInt8]]) throws {
        try engineWrite { session in
            try ChangeLogCompactor(session: session).compact()
            let state = StoreState(db: session.db)
            let sequence = ServerSequence(try state.cursor.rawValue + 1)
            for bytes in batches {
                let batch = try ChangeBatch(decoding: bytes)
                let merger = try BatchMerger(
                    batch, at: sequence, wall: try correctedWall(session.db), in: session)
                try merger.merge()
                try state.setReceived(max(try state.clock.latest, batch.highestStamp.time))
            }
            try state.setCursor(sequence, historyHash: nil)
        }
    }

    /// Compacts the log of writes into the clocks of rows.
    @_spi(Measuring)
    public func compactLog() throws {
        try engineWrite { try ChangeLogCompactor(session: $0).compact() }
    }
}

/// A batch on its way, for those who measure.
@_spi(Measuring)
public struct MeasuredBatch: Sendable {
    private let batch: EncodedBatch

    init(_ batch: EncodedBatch) {
        self.batch = batch
    }

    /// The wire form, before compression and sealing.
    public var bytes: [UInt8] { batch.bytes }

    /// What is sealed.
    public func compressed() throws -> [UInt8] {
        try Zstandard.compress(batch.bytes, sectionEnds: batch.sectionEnds)
    }
}
