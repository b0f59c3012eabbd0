import GRDB

/// Values that lost against a write that did not know of them, kept for ``Limits/conflictDays``.
///
/// A loss is stored under a hash of what identifies it, so that one that is met again, as when a
/// segment is applied twice, is stored once. Losses are stored by ``flush()``, many by one
/// statement and in the order of the hashes: the table is then written page by page.
final class ConflictLog {
    private let session: StoreSession
    /// Now, in milliseconds since 1970 UTC.
    let wall: UInt64
    private var losses: [Loss] = []

    private struct Loss {
        let id: Int64
        let kind: Conflict.Kind
        let table: TableID
        let key: RowKey
        let column: ColumnID
        let lost: [UInt8]
        let lostStamp: StampNumber
        let wonStamp: StampNumber
    }

    init(_ session: StoreSession, wall: UInt64) {
        self.session = session
        self.wall = wall
    }

    func add(
        _ kind: Conflict.Kind, _ table: TableID, _ key: RowKey, column: ColumnID,
        lost: [(column: ColumnID, value: SQLValue)], lostStamp: StampNumber, wonStamp: StampNumber
    ) throws {
        // By the stamp itself: one that is received again gets another number.
        let id = Self.id(kind, table, key, column, try session.stamps.stamp(lostStamp))
        losses.append(
            Loss(
                id: id, kind: kind, table: table, key: key, column: column, lost: Self.encode(lost),
                lostStamp: lostStamp, wonStamp: wonStamp))
        if losses.count == Self.mostHeld { try flush() }
    }

    /// Stores what was added; must be called before the transaction ends.
    func flush() throws {
        guard !losses.isEmpty else { return }
        try dropRestored()
        losses.sort { $0.id < $1.id }
        var rest = losses[...]
        while rest.count >= Self.lossesAStatement {
            try store(rest.prefix(Self.lossesAStatement))
            rest = rest.dropFirst(Self.lossesAStatement)
        }
        for index in rest.indices { try store(rest[index...index]) }
        losses.removeAll(keepingCapacity: true)
    }

    /// Stores one loss, or as many as one statement takes; one that is stored already stays.
    private func store(_ losses: ArraySlice<Loss>) throws {
        let row = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
        let rows = Array(repeating: row, count: losses.count).joined(separator: ", ")
        let insert = try PreparedStatement(
            """
            INSERT OR IGNORE INTO sync_conflicts(id, tbl, row, col, kind, lost, lost_stamp,
            won_stamp, found) VALUES\(rows)
            """, in: session.db)
        var parameter: Int32 = 1
        for loss in losses {
            insert.bind(loss.id, at: parameter)
            insert.bind(loss.table, at: parameter + 1)
            insert.bind(loss.key, at: parameter + 2)
            insert.bind(loss.column, at: parameter + 3)
            insert.bind(loss.kind.rawValue, at: parameter + 4)
            insert.bind(blob: loss.lost, at: parameter + 5)
            insert.bind(loss.lostStamp, at: parameter + 6)
            insert.bind(loss.wonStamp, at: parameter + 7)
            insert.bind(Int64(clamping: wall), at: parameter + 8)
            parameter += 9
        }
        try insert.run()
        session.conflictsFound += session.db.changesCount
    }

    /// What was restored on another device is not listed here either.
    private func dropRestored() throws {
        let restored = RestoredConflicts(session)
        guard try restored.exist() else { return }
        losses = try losses.filter { loss in
            try !restored.contains(
                loss.lost, of: loss.key, loss.column, in: loss.table, lostStamp: loss.lostStamp)
        }
    }

    /// 63 bits of a hash of what identifies a loss: of 100,000 losses two have the same one in a
    /// billion times, and are then shown as one.
    private static func id(
        _ kind: Conflict.Kind, _ table: TableID, _ key: RowKey, _ column: ColumnID,
        _ lostStamp: Stamp
    ) -> Int64 {
        let words = [
            UInt64(kind.rawValue) << 32 | UInt64(table.rawValue) << 8 | UInt64(column.rawValue),
            key.high, key.low, lostStamp.time.rawValue, lostStamp.replica,
        ]
        return Int64(words.reduce(0, StateDigest.mix) >> 1)
    }

    /// How many losses are stored by one statement.
    private static let lossesAStatement = 16

    /// A batch speaks of no more rows; their values may be large, but no larger than the batch.
    private static let mostHeld = Limits.batchRows

    /// Forgets what is older than ``Limits/conflictDays``.
    func purge() throws {
        let oldest = Int64(clamping: wall) - Int64(Limits.conflictDays) * 86_400_000
        try PreparedStatement("DELETE FROM sync_conflicts WHERE found < ?", in: session.db)
            .run(.integer(oldest))
        if session.db.changesCount > 0 { session.hasChangedConflicts = true }
    }

    /// Form: count, then of each value the column's id, the kind as in ``CellColumn/Kind`` and what
    /// it holds: an integer in zigzag form, the 8 bytes of a real, or a length and the bytes.
    static func encode(_ lost: [(column: ColumnID, value: SQLValue)]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(count: lost.count)
        for cell in lost {
            writer.append(byte: cell.column.rawValue)
            switch cell.value {
            case .null: writer.append(byte: CellColumn.Kind.null.rawValue)
            case .integer(let integer):
                writer.append(byte: CellColumn.Kind.integer.rawValue)
                writer.append(zigzag: integer)
            case .real(let real):
                writer.append(byte: CellColumn.Kind.real.rawValue)
                writer.appendBigEndian(real.bitPattern)
            case .text(let bytes): append(bytes, .text, to: &writer)
            case .blob(let bytes): append(bytes, .blob, to: &writer)
            }
        }
        return writer.bytes
    }

    private static func append(
        _ bytes: [UInt8], _ kind: CellColumn.Kind, to writer: inout ByteWriter
    ) {
        writer.append(byte: kind.rawValue)
        writer.append(count: bytes.count)
        writer.append(bytes)
    }

    private static func payload(_ reader: inout ByteReader) throws(CodecError) -> [UInt8] {
        try reader.bytes(try reader.count())
    }

    static func decode(_ bytes: [UInt8]) throws(CodecError) -> [(column: ColumnID, value: SQLValue)]
    {
        try ByteReader.reading(bytes) { (reader) throws(CodecError) in
            var lost: [(column: ColumnID, value: SQLValue)] = []
            for _ in 0..<(try reader.count(minimumBytes: 2)) {
                let column = ColumnID(try reader.byte())
                guard let kind = CellColumn.Kind(rawValue: try reader.byte()) else {
                    throw .invalid("kind")
                }
                switch kind {
                case .null: lost.append((column, .null))
                case .integer: lost.append((column, .integer(try reader.zigzag())))
                case .real:
                    let real = Double(bitPattern: try reader.bigEndian64())
                    lost.append((column, .real(real)))
                case .text: lost.append((column, .text(try payload(&reader))))
                case .blob: lost.append((column, .blob(try payload(&reader))))
                }
            }
            return lost
        }
    }
}
