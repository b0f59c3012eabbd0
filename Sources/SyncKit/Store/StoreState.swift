import GRDB

/// The single values a store remembers, read and written inside a transaction.
struct StoreState {
    let db: Database

    /// This copy of the library.
    var replica: ReplicaID {
        get throws {
            guard let replica = ReplicaID(try bytes("replica")) else {
                throw StoreError.damaged("sync_state.replica")
            }
            return replica
        }
    }

    /// The latest moment received or re-issued; own transactions are dated in `sync_stamps`.
    var received: HybridTimestamp {
        get throws { HybridTimestamp(rawValue: UInt64(clamping: try integer("clock"))) }
    }

    /// The latest moment issued or received.
    ///
    /// Own moments rise, and every received one that lies above the own ones before it is noted:
    /// the last stored stamp and that note are enough.
    var clock: HybridClock {
        get throws {
            let last = try PreparedStatement(
                "SELECT time FROM sync_stamps ORDER BY number DESC LIMIT 1", in: db)
            let issued = try last.step() ? UInt64(clamping: last.integer(0)) : 0
            return HybridClock(latest: max(try received, HybridTimestamp(rawValue: issued)))
        }
    }

    /// The sequence up to which everything is applied.
    var cursor: ServerSequence {
        get throws {
            let cursor = try integer("cursor")
            guard (0...Limits.lastSequence).contains(cursor) else {
                throw StoreError.damaged("cursor")
            }
            return ServerSequence(cursor)
        }
    }

    /// Everything up to this sequence of the account's order is merged; at most ``cursor``.
    ///
    /// A deletion that was received and cannot be merged yet may be of a row that is inserted here:
    /// the others keep its tombstone until this passes it, and do not take the row for one that
    /// was inserted anew by somebody who knew of the deletion. A value that the table refuses may
    /// be written over here by somebody who never saw it: the others then list it as lost.
    var mergedSequence: ServerSequence {
        get throws {
            let cursor = try cursor
            // Tombstones are cleared away only where nothing below waits or is missing.
            let known = min(try collected, cursor)
            // Where missing segments lie in the order, only the server could say.
            guard try !PreparedStatement("SELECT 1 FROM sync_missing LIMIT 1", in: db).step()
            else { return known }
            let waiting = try PreparedStatement(
                """
                SELECT min(sequence) FROM (
                SELECT sequence FROM sync_quarantine WHERE sequence > 0
                UNION ALL SELECT sequence FROM sync_partial WHERE sequence > ?
                UNION ALL SELECT min(refused) FROM sync_dependencies
                WHERE refused <> 0 AND refused > 0)
                """, in: db)
            waiting.bind(try givenUpGroups, at: 1)
            guard try waiting.step(), !waiting.isNull(0) else { return cursor }
            let before = ServerSequence(waiting.sequence(0).rawValue - 1)
            return max(known, min(cursor, before))
        }
    }

    /// Groups with a segment at or below this sequence that were never ended are given up, as those
    /// of a device that took another name.
    var givenUpGroups: ServerSequence {
        get throws { ServerSequence(max(0, try cursor.rawValue - Int64(Limits.snapshotTail))) }
    }

    /// What the server gave with ``cursor``, to tell its history by; nil where nothing is known.
    var historyHash: [UInt8]? {
        get throws { if case .blob(let bytes) = try value("history_hash") { bytes } else { nil } }
    }

    /// The number of the last sealed segment.
    var segmentNumber: Int64 {
        get throws {
            let number = try integer("number")
            guard (0..<Int64.max).contains(number) else { throw StoreError.damaged("number") }
            return number
        }
    }

    /// The number of the last sealed segment that a pull has overtaken.
    var overtaken: Int64 { get throws { try integer("overtaken") } }

    /// The digest of the last sealed segment.
    var previousSegment: [UInt8] {
        get throws {
            let bytes = try bytes("previous")
            return bytes.count == 32 ? bytes : [UInt8](repeating: 0, count: 32)
        }
    }

    /// The number of the last stamp whose operations are compacted into clocks.
    var compacted: StampNumber { get throws { try stampNumber("compacted") } }

    /// The number of the last own stamp that is in a sealed segment.
    var sealed: StampNumber { get throws { try stampNumber("sealed") } }

    /// The number of the last stamp up to which the server has acknowledged all own ones.
    var acknowledged: StampNumber { get throws { try stampNumber("acknowledged") } }

    /// The number of the last stamp.
    var lastStamp: StampNumber {
        get throws {
            let last = try PreparedStatement("SELECT max(number) FROM sync_stamps", in: db)
            return try last.step() ? last.stampNumber(0) : .zero
        }
    }

    /// Tombstones known up to this sequence are cleared away.
    var collected: ServerSequence { get throws { try sequence("collected") } }

    /// The number of the last stamp, and the latest moment, when the server had last lost its
    /// memory; zero where it never has.
    var lastEpochReset: (stamp: StampNumber, time: HybridTimestamp) {
        get throws {
            (
                try stampNumber("reset_stamp"),
                HybridTimestamp(rawValue: UInt64(clamping: try integer("reset_time")))
            )
        }
    }

    /// Digests mean something only once everything up to this sequence is merged.
    var comparable: ServerSequence { get throws { try sequence("comparable") } }

    /// Whether the whole state is to be sealed, for a server that has lost its memory.
    var mustOfferState: Bool { get throws { try offer == .due } }

    /// How far the whole state has been sent to a server that lost its data.
    var offer: Offer {
        get throws { Offer(rawValue: try integer("offer_state")) ?? .none }
    }

    /// The sequence at which the whole state was last sent.
    var offered: ServerSequence { get throws { try sequence("offered") } }

    /// See ``offer``.
    enum Offer: Int64 {
        case none = 0
        case due = 1
        /// It is sealed, and not acknowledged in full.
        case sealed = 2
    }

    /// What must be added to this device's clock to get server time, in milliseconds.
    var clockOffset: Int64 { get throws { try integer("clock_offset") } }

    func setClockOffset(_ offset: Duration) throws {
        let (seconds, attoseconds) = offset.components
        // No clock can be wrong by more.
        let bound = Int64(HybridTimestamp.latestMilliseconds)
        let milliseconds =
            min(max(seconds, -bound / 1000), bound / 1000) * 1000
            + attoseconds / 1_000_000_000_000_000
        try set("clock_offset", .integer(milliseconds))
    }

    /// The server's epoch at the last exchange; nil before the first.
    var epoch: Int64? {
        get throws { if case .integer(let value) = try value("epoch") { value } else { nil } }
    }

    /// See ``StateDigest``.
    var digest: UInt64 { get throws { UInt64(bitPattern: try integer("digest")) } }

    /// The declared schema whose triggers are installed.
    var installedSchema: [UInt8] { get throws { try bytes("schema") } }

    /// Since when the declared columns have been known.
    var columns: KnownColumns {
        get throws { try KnownColumns(try bytes("columns")) }
    }

    /// The key of the row id up to which every row of a table was seen to have its clock.
    static func datedRowID(of table: TableID) -> String { "dated_\(table)" }

    /// Takes no missing row for a deleted one any more.
    func forgetEpochReset() throws {
        try setLastEpochReset(stamp: .zero, time: HybridTimestamp(rawValue: 0))
    }

    func setLastEpochReset(stamp: StampNumber, time: HybridTimestamp) throws {
        try set("reset_stamp", .stamp(stamp))
        try set("reset_time", .integer(Int64(clamping: time.rawValue)))
    }

    func set(_ name: String, _ value: SQLValue) throws {
        let statement = try PreparedStatement(
            "INSERT OR REPLACE INTO sync_state(name, value) VALUES(?, ?)", in: db)
        try statement.run(.text(name), value)
    }

    /// Everything up to `sequence` is applied.
    ///
    /// - Parameter historyHash: What the server gave with that sequence.
    func setCursor(_ sequence: ServerSequence, historyHash: [UInt8]?) throws {
        try set("cursor", .sequence(sequence))
        try setHistoryHash(historyHash)
    }

    func setHistoryHash(_ historyHash: [UInt8]?) throws {
        if historyHash != (try self.historyHash) {
            try set("history_hash", historyHash.map(SQLValue.blob) ?? .null)
        }
    }

    func setOffer(_ offer: Offer) throws {
        if offer != (try self.offer) { try set("offer_state", .integer(offer.rawValue)) }
    }

    /// The latest moment that was received, whatever this replica has dated.
    var maxReceived: HybridTimestamp {
        get throws { HybridTimestamp(rawValue: UInt64(clamping: try integer("max_received"))) }
    }

    /// Moves the clock past a received moment.
    ///
    /// - Parameter wall: Now by the corrected clock, in milliseconds since 1970 UTC.
    /// - Throws: ``ClockError/tooFarAhead(by:limit:)``
    func receive(_ time: HybridTimestamp, wall: UInt64) throws {
        var clock = try clock
        try clock.receive(time, wall: wall, tolerance: Limits.futureTolerance)
        try setReceived(clock.latest)
        // The clock may show a moment of an own transaction that is restamped later. The restamper
        // must not go below what was received.
        if time > (try maxReceived) {
            try set("max_received", .integer(Int64(clamping: time.rawValue)))
        }
    }

    /// Notes a received or re-issued moment.
    func setReceived(_ time: HybridTimestamp) throws {
        try set("clock", .integer(Int64(clamping: time.rawValue)))
    }

    /// Compares digests only after `sequence`, at the least.
    func setComparable(after sequence: ServerSequence) throws {
        if sequence > (try comparable) { try set("comparable", .sequence(sequence)) }
    }

    /// What a synced table was called when the store was last opened; nil where it is new.
    func tableName(_ table: TableID) throws -> String? {
        guard case .text(let name) = try value("table_\(table)") else { return nil }
        return String(decoding: name, as: UTF8.self)
    }

    func setTableName(_ name: String, of table: TableID) throws {
        try set("table_\(table)", .text(Array(name.utf8)))
    }

    func setDigest(_ digest: UInt64) throws {
        guard try self.digest != digest else { return }
        try set("digest", .integer(Int64(bitPattern: digest)))
    }

    func value(_ name: String) throws -> SQLValue {
        let statement = try PreparedStatement(
            "SELECT value FROM sync_state WHERE name = ?", in: db)
        try statement.bind([.text(name)])
        return try statement.step() ? statement.value(0) : .null
    }

    func integer(_ name: String) throws -> Int64 {
        if case .integer(let value) = try value(name) { value } else { 0 }
    }

    func stampNumber(_ name: String) throws -> StampNumber { StampNumber(try integer(name)) }

    func sequence(_ name: String) throws -> ServerSequence {
        ServerSequence(try integer(name))
    }

    func bytes(_ name: String) throws -> [UInt8] {
        switch try value(name) {
        case .blob(let bytes), .text(let bytes): bytes
        case .null, .integer, .real: []
        }
    }
}
