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

    /// Counts a living row in, or out again.
    func toggle(
        _ key: RowKey, in table: TableID, causalLength: UInt32, createdStamp: Stamp,
        exceptions: some Sequence<(column: ColumnID, stamp: Stamp)>, adding: Bool
    ) {
        var hash = Self.start(key, table, causalLength)
        hash = Self.mix(hash, createdStamp)
        for exception in exceptions
        where exception.stamp != createdStamp && exception.stamp != .zero {
            hash = Self.mix(hash ^ UInt64(exception.column.rawValue), exception.stamp)
        }
        value = adding ? value &+ hash : value &- hash
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

    private static func start(_ key: RowKey, _ table: TableID, _ causalLength: UInt32) -> UInt64 {
        let tableAndLength = UInt64(table.rawValue) << 32 | UInt64(causalLength)
        return mix(mix(tableAndLength, key.high), key.low)
    }

    private static func mix(_ hash: UInt64, _ stamp: Stamp) -> UInt64 {
        mix(mix(hash, stamp.time.rawValue), stamp.replica)
    }

    /// A multiply-xorshift step (splitmix64's finalizer).
    @inline(__always)
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
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
        let exceptions = try row.clock.exceptions.map {
            (column: $0.column, stamp: try session.stamps.stamp($0.stamp))
        }
        session.digest.toggle(
            row.key, in: table.id, causalLength: row.causalLength,
            createdStamp: try session.stamps.stamp(row.createdStamp),
            exceptions: exceptions, adding: adding)
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
