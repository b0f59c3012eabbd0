import GRDB

/// Values that lost against a write that did not know of them, kept for ``Limits/conflictDays``.
///
/// Losses are stored by ``flush()``, in the order of the rows: the index that keeps each from being
/// stored twice is then written page by page.
final class ConflictLog {
    private let db: Database
    /// Now, in milliseconds since 1970 UTC.
    let wall: UInt64
    private var losses: [Loss] = []

    private struct Loss {
        let kind: Conflict.Kind
        let table: TableID
        let key: RowKey
        let column: ColumnID
        let lost: [UInt8]
        let lostStamp: StampNumber
        let wonStamp: StampNumber
    }

    init(_ db: Database, wall: UInt64) {
        self.db = db
        self.wall = wall
    }

    func add(
        _ kind: Conflict.Kind, _ table: TableID, _ key: RowKey, column: ColumnID,
        lost: [(column: ColumnID, value: SQLValue)], lostStamp: StampNumber, wonStamp: StampNumber
    ) throws {
        losses.append(
            Loss(
                kind: kind, table: table, key: key, column: column, lost: Self.encode(lost),
                lostStamp: lostStamp, wonStamp: wonStamp))
        if losses.count == Self.mostHeld { try flush() }
    }

    /// Stores what was added; must be called before the transaction ends.
    func flush() throws {
        guard !losses.isEmpty else { return }
        // The same loss may be met again, as when a segment is applied twice.
        let insert = try PreparedStatement(
            """
            INSERT OR IGNORE INTO sync_conflicts(tbl, row, col, kind, lost, lost_stamp, won_stamp,
            found) VALUES(?, ?, ?, ?, ?, ?, ?, ?)
            """, in: db)
        for loss in losses.sorted(by: { $0.key < $1.key }) {
            insert.bind(loss.table, at: 1)
            insert.bind(loss.key, at: 2)
            insert.bind(loss.column, at: 3)
            insert.bind(loss.kind.rawValue, at: 4)
            insert.bind(blob: loss.lost, at: 5)
            insert.bind(loss.lostStamp, at: 6)
            insert.bind(loss.wonStamp, at: 7)
            insert.bind(Int64(clamping: wall), at: 8)
            try insert.run()
        }
        losses.removeAll(keepingCapacity: true)
    }

    /// A batch speaks of no more rows; their values may be large, but no larger than the batch.
    private static let mostHeld = Limits.batchRows

    /// Forgets what is older than ``Limits/conflictDays``.
    func purge() throws {
        let oldest = Int64(clamping: wall) - Int64(Limits.conflictDays) * 86_400_000
        try PreparedStatement("DELETE FROM sync_conflicts WHERE found < ?", in: db)
            .run(.integer(oldest))
    }

    /// Form: count, then column id and a ``CellColumn`` of one cell each.
    static func encode(_ lost: [(column: ColumnID, value: SQLValue)]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(count: lost.count)
        for cell in lost {
            writer.append(byte: cell.column.rawValue)
            var cells = CellColumn()
            cells.append(cell.value)
            cells.write(to: &writer)
        }
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(CodecError) -> [(column: ColumnID, value: SQLValue)]
    {
        try ByteReader.reading(bytes) { (reader) throws(CodecError) in
            var lost: [(column: ColumnID, value: SQLValue)] = []
            var expanded = 0
            for _ in 0..<(try reader.count(minimumBytes: 3)) {
                let column = ColumnID(try reader.byte())
                let cells = try CellColumn(reading: 1, from: &reader, expanded: &expanded)
                lost.append((column, cells[0]))
            }
            return lost
        }
    }
}
