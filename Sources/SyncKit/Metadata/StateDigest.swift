import GRDB

/// A sum over all living rows of what their clocks say, and of what was added to their counters:
/// equal where two replicas have merged the same changes, in whatever order. Each change costs two
/// hashes, not a scan. Tombstones do not count: replicas clear them away at different times.
///
/// It finds lost and wrongly merged changes; it is no protection against forgery, which the seal of
/// the segments gives.
final class StateDigest {
    private(set) var value: UInt64

    init(_ value: UInt64) {
        self.value = value
    }

    /// What one living row adds to the sum.
    struct RowHash {
        private let createdStamp: Stamp
        fileprivate var value: UInt64

        /// A row all of whose columns were written at `createdStamp`.
        @inline(__always)
        init(_ key: RowKey, in table: TableID, causalLength: UInt32, createdStamp: Stamp) {
            self.createdStamp = createdStamp
            value = StateDigest.mix(StateDigest.start(key, table, causalLength), createdStamp)
        }

        /// Another stamp of a column; columns come in rising order.
        @inline(__always)
        mutating func add(_ stamp: Stamp, of column: ColumnID) {
            guard stamp != createdStamp, stamp != .zero else { return }
            value = StateDigest.mix(value ^ UInt64(column.rawValue), stamp)
        }
    }

    /// Counts a living row in, or out again.
    func toggle(_ row: RowHash, adding: Bool) {
        value = adding ? value &+ row.value : value &- row.value
    }

    /// Counts what a source has added to a counter in, or out again.
    func toggle(_ count: CountLedger.Entry, of key: RowKey, in table: TableID, adding: Bool) {
        // No row's hash begins so: its causal length is not 0.
        var hash = Self.start(key, table, 0)
        hash = Self.mix(hash ^ UInt64(count.column.rawValue), count.source)
        hash = Self.mix(hash, UInt64(bitPattern: count.number))
        hash = Self.mix(hash, UInt64(bitPattern: count.total))
        value = adding ? value &+ hash : value &- hash
    }

    fileprivate static func start(_ key: RowKey, _ table: TableID, _ causalLength: UInt32) -> UInt64
    {
        let tableAndLength = UInt64(table.rawValue) << 32 | UInt64(causalLength)
        return mix(mix(tableAndLength, key.high), key.low)
    }

    fileprivate static func mix(_ hash: UInt64, _ stamp: Stamp) -> UInt64 {
        mix(mix(hash, stamp.time.rawValue), stamp.replica)
    }

    /// A multiply-xorshift step (splitmix64's finalizer).
    @inline(__always)
    static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        var mixed = (hash ^ word) &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension TableStore {
    /// Counts a living row into the session's digest, or out of it.
    func toggleDigest(
        of row: RowVersion, in session: StoreSession, adding: Bool
    ) throws {
        let stamps = session.stamps
        var hash = StateDigest.RowHash(
            row.key, in: table.id, causalLength: row.causalLength,
            createdStamp: try stamps.stamp(row.createdStamp))
        for exception in row.clock.exceptions {
            hash.add(try stamps.stamp(exception.stamp), of: exception.column)
        }
        session.digest.toggle(hash, adding: adding)
    }

    /// Counts every row and its counters into the session's digest.
    func countDigest(in session: StoreSession) throws {
        let scan = try RowScan(self, in: session.db, withValues: false)
        let ledger = CountLedger(session, table: table.id)
        try scan.start()
        while try scan.next() {
            try toggleDigest(of: scan.row, in: session, adding: true)
            if !counters.isEmpty { try ledger.countDigest(of: scan.key) }
        }
    }
}
