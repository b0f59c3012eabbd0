import GRDB

extension ServerSequence {
    /// Whether this sequence comes right after another one; never after the last there can be.
    fileprivate func isNext(after sequence: Self) -> Bool {
        let (next, overflow) = sequence.rawValue.addingReportingOverflow(1)
        return !overflow && rawValue == next
    }
}

extension SyncStore {
    /// Seals all unsent changes into one group of segments; the same changes are never sealed
    /// twice.
    ///
    /// Changes dated too far ahead of server time are restamped first, as if written now: a wrong
    /// clock neither overrides other devices nor loses a change. Call it when server time is fresh.
    /// After ``resetForNewEpoch(epoch:)`` the group holds the whole state.
    package func sealPending(with sealer: SegmentSealer) throws {
        try engineWrite { session in
            try ClockSkewRestamper(session: session).run(wall: try correctedWall(session.db))
            let state = StoreState(db: session.db)
            let chain = SegmentChain(session: session, sealer: sealer)
            if try state.mustOfferState {
                try ChangeLogCompactor(session: session).compact()
                try StateExport(session: session).run { try chain.append($0) }
                try chain.finish()
                return try state.setOffer(.sealed)
            }
            let export = try PendingExport(session: session, after: { try $0.sealed })
            guard try export.run({ try chain.append($0) }) else { return }
            try chain.finish()
        }
    }

    /// The oldest segment that the server has not acknowledged.
    package func nextUnsent() throws -> SealedSegment? {
        try pool.read { db in
            let found = try PreparedStatement(
                """
                SELECT bytes FROM sync_segments WHERE acknowledged = 0 ORDER BY number LIMIT 1
                """, in: db)
            guard try found.step() else { return nil }
            return try SealedSegment(bytes: found.bytes(0))
        }
    }

    /// Whether the server has not acknowledged some sealed segment yet.
    package func hasUnsent() throws -> Bool {
        try pool.read { db in
            // A segment may be as large as a megabyte: it is not read for this.
            try PreparedStatement(
                "SELECT 1 FROM sync_segments WHERE acknowledged = 0 LIMIT 1", in: db
            ).step()
        }
    }

    /// What an earlier exchange sealed and the server has not acknowledged.
    func sealedBefore() throws -> SyncSession.SealedBefore {
        guard try hasUnsent() else { return .nothing }
        return try isOvertaken() ? .overtaken : .unsent
    }

    /// Notes, before a pull is sent, that what is sealed must not be sent as it is after it.
    func noteOvertaken() throws {
        try engineWrite { session in
            let state = StoreState(db: session.db)
            try state.set("overtaken", .integer(try state.segmentNumber))
        }
    }

    /// Whether a sealed segment that the server has not acknowledged was overtaken by a pull.
    func isOvertaken() throws -> Bool {
        try pool.read { db in
            let found = try PreparedStatement(
                "SELECT 1 FROM sync_segments WHERE acknowledged = 0 AND number <= ? LIMIT 1",
                in: db)
            found.bind(try StoreState(db: db).overtaken, at: 1)
            return try found.step()
        }
    }

    /// How many sealed segments the server has not acknowledged yet; reads past all of them.
    func unsentSegmentCount() throws -> Int {
        try pool.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM sync_segments WHERE acknowledged = 0")
                ?? 0
        }
    }

    /// Notes that the server holds segment `number` at `sequence` of the account's order.
    ///
    /// - Parameters:
    ///   - historyHash: What the server gave with that sequence.
    ///   - hasPulled: Whether it is sure that the order up to the cursor is still the one that is
    ///     known here. If not, the answer counts only when a pull brings the segment back: the
    ///     server may have been set back, and may yet be set back to what is known here.
    package func acknowledge(
        number: UInt64, sequence: ServerSequence, historyHash: [UInt8]? = nil,
        hasPulled: Bool = true
    ) throws {
        try engineWrite { session in
            let state = StoreState(db: session.db)
            let found = try PreparedStatement(
                """
                UPDATE sync_segments SET acknowledged = 1 WHERE number = ? RETURNING last_stamp
                """, in: session.db)
            found.bind(Int64(clamping: number), at: 1)
            guard try found.step() else { throw StoreError.acknowledgedUnsent(number: number) }
            let lastStamp = found.isNull(0) ? nil : found.stampNumber(0)
            found.reset()
            guard hasPulled else {
                try state.setComparable(after: sequence)
                return
            }
            // Nothing of others lies between: there is no need to pull it back.
            if try sequence.isNext(after: state.cursor) {
                try state.setCursor(sequence, historyHash: historyHash)
                try noteOwnHead(Int64(clamping: number), in: session)
            } else {
                // Others' segments before it say nothing of it.
                try state.setComparable(after: sequence)
            }
            guard let lastStamp else { return }
            try AcknowledgementTracker(session: session).closeGroup(
                Int64(clamping: number), lastStamp: lastStamp, sequence: sequence)
        }
    }

    /// Notes that the server may have lost what an earlier exchange sent before it knew the order
    /// and no pull has brought back. A pull may have come after it, so it is not sent as it is.
    func distrustUnconfirmed() throws {
        try engineWrite { session in
            let last = try PreparedStatement(
                """
                SELECT max(number) FROM sync_segments
                WHERE acknowledged = 1 AND last_stamp IS NOT NULL
                """, in: session.db)
            guard try last.step(), !last.isNull(0) else { return }
            let number = last.integer(0)
            last.reset()
            try PreparedStatement(
                "UPDATE sync_segments SET acknowledged = 0 WHERE number <= ?", in: session.db
            ).run(.integer(number))
            let state = StoreState(db: session.db)
            try state.set("overtaken", .integer(max(number, try state.overtaken)))
        }
    }

    /// The cursor has moved past an own segment.
    private func noteOwnHead(_ number: Int64, in session: StoreSession) throws {
        let own = try PreparedStatement(
            "SELECT bytes FROM sync_segments WHERE number = ?", in: session.db)
        own.bind(number, at: 1)
        guard try own.step() else { return }
        let chains = try ChainHeads(session.db)
        _ = try chains.receive(try SealedSegment(bytes: own.bytes(0)), isOwn: true)
        try chains.flush()
    }
}
