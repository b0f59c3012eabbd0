import GRDB

/// Marks own transactions as known to the account.
struct AcknowledgementTracker {
    let session: StoreSession

    /// Everything up to the stamp `last` is known at `sequence` of the account's order.
    func settle(through last: StampNumber, sequence: ServerSequence) throws {
        let state = StoreState(db: session.db)
        let acknowledged = try state.acknowledged
        guard last > acknowledged else { return }
        try PreparedStatement(
            """
            UPDATE sync_stamps SET sequence = ?1, ops = NULL
            WHERE number > ?2 AND number <= ?3 AND ops IS NOT NULL
            """, in: session.db
        ).run(.sequence(sequence), .stamp(acknowledged), .stamp(last))
        try state.set("acknowledged", .stamp(last))
    }

    /// The group that segment `number` ends is complete: others apply it now, and it need not be
    /// sent again.
    func closeGroup(_ number: Int64, lastStamp: StampNumber, sequence: ServerSequence) throws {
        try PreparedStatement("DELETE FROM sync_segments WHERE number <= ?", in: session.db)
            .run(.integer(number))
        try settle(through: lastStamp, sequence: sequence)
        let state = StoreState(db: session.db)
        guard try state.offer == .sealed else { return }
        let isSent = try !PreparedStatement("SELECT 1 FROM sync_segments LIMIT 1", in: session.db)
            .step()
        if isSent {
            try state.setOffer(.none)
            try state.set("offered", .sequence(sequence))
            try noteDeletions(through: lastStamp, sequence: sequence)
        }
    }

    /// The whole state is known at `sequence` of an order that the server has begun anew, and with
    /// it every deletion that was merged here before: a row that counts its causal length from the
    /// start may be of a writer that has merged one of them, and forgotten it.
    private func noteDeletions(through last: StampNumber, sequence: ServerSequence) throws {
        for table in session.schema.allTables {
            try session.stamps.setSequence(
                sequence, ofLostDeletionsIn: table.id, through: last)
        }
    }

    /// A sealed segment of this replica came back: the server holds it, though its answer was lost.
    func noteReturned(_ number: Int64, sequence: ServerSequence) throws {
        let found = try PreparedStatement(
            "UPDATE sync_segments SET acknowledged = 1 WHERE number = ? RETURNING last_stamp",
            in: session.db)
        found.bind(number, at: 1)
        guard try found.step(), !found.isNull(0) else { return }
        let lastStamp = found.stampNumber(0)
        found.reset()
        try closeGroup(number, lastStamp: lastStamp, sequence: sequence)
    }
}

/// Own transactions that the server has not acknowledged.
struct PendingChanges {
    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    /// Whether there are any.
    func exist() throws -> Bool {
        let found = try PreparedStatement(
            "SELECT 1 FROM sync_stamps WHERE number > ? AND ops IS NOT NULL LIMIT 1", in: db)
        found.bind(try StoreState(db: db).acknowledged, at: 1)
        return try found.step()
    }
}
