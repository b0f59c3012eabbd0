import GRDB

/// The steps of an exchange one by one, for those who measure: an app uses ``Synchronizer``.
extension SyncStore {
    /// The whole state in the wire form, before compression and sealing.
    @_spi(Measuring)
    public func encodedState() throws -> [MeasuredBatch] {
        try foldLog()
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
            _ = try PendingExport(session: session, after: { try $0.settled }).run {
                batches.append(MeasuredBatch($0.encodedInSections()))
            }
            return batches
        }
    }

    /// Takes everything up to now as known to the account.
    @_spi(Measuring)
    public func markExchanged() throws {
        try engineWrite { session in
            try LogFolder(session: session).fold()
            let state = StoreState(db: session.db)
            let place = try state.cursor + 1
            try Settlement(session: session).settle(
                through: try state.lastStamp, sequence: place)
            try state.setCursor(place, mark: nil)
        }
    }

    /// Merges batches in the wire form as one.
    @_spi(Measuring)
    public func merge(encoded batches: [[UInt8]]) throws {
        try engineWrite { session in
            try LogFolder(session: session).fold()
            let state = StoreState(db: session.db)
            let place = try state.cursor + 1
            for bytes in batches {
                let batch = try ChangeBatch(decoding: bytes)
                let merger = try BatchMerger(
                    batch, at: place, wall: try correctedWall(session.db), in: session)
                try merger.merge()
                try state.setReceived(max(try state.clock.latest, batch.highestStamp.time))
            }
            try state.setCursor(place, mark: nil)
        }
    }

    /// Folds the log of writes into the clocks of rows.
    @_spi(Measuring)
    public func foldLog() throws {
        try engineWrite { try LogFolder(session: $0).fold() }
    }
}
