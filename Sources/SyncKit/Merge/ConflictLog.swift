import GRDB

/// Values that lost against a write that did not know of them, kept for ``Limits/conflictDays``.
struct ConflictLog {
    private let db: Database
    /// Now, in milliseconds since 1970 UTC.
    let wall: UInt64

    init(_ db: Database, wall: UInt64) {
        self.db = db
        self.wall = wall
    }

    func add(
        _ kind: Conflict.Kind, _ table: Int, _ key: RowKey, column: UInt8,
        lost: [(column: UInt8, value: SQLValue)], lostStamp: Int64, wonStamp: Int64
    ) throws {
        // The same loss may be met again, as when a segment is applied twice.
        try PreparedStatement(
            """
            INSERT OR IGNORE INTO sync_conflicts(tbl, row, col, kind, lost, lost_stamp, won_stamp,
            found) VALUES(?, ?, ?, ?, ?, ?, ?, ?)
            """, in: db
        ).run(
            .integer(Int64(table)), .blob(key.bytes), .integer(Int64(column)),
            .integer(kind.rawValue), .blob(Self.encode(lost)), .integer(lostStamp),
            .integer(wonStamp), .integer(Int64(clamping: wall)))
    }

    /// Forgets what is older than ``Limits/conflictDays``.
    func purge() throws {
        let oldest = Int64(clamping: wall) - Int64(Limits.conflictDays) * 86_400_000
        try PreparedStatement("DELETE FROM sync_conflicts WHERE found < ?", in: db)
            .run(.integer(oldest))
    }

    /// Form: count, then column id and a ``CellColumn`` of one cell each.
    static func encode(_ lost: [(column: UInt8, value: SQLValue)]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(count: lost.count)
        for cell in lost {
            writer.append(byte: cell.column)
            var cells = CellColumn()
            cells.append(cell.value)
            cells.write(to: &writer)
        }
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(CodecError) -> [(column: UInt8, value: SQLValue)] {
        try ByteReader.reading(bytes) { (reader) throws(CodecError) in
            var lost: [(column: UInt8, value: SQLValue)] = []
            var expanded = 0
            for _ in 0..<(try reader.count(minimumBytes: 3)) {
                let column = try reader.byte()
                let cells = try CellColumn(reading: 1, from: &reader, expanded: &expanded)
                lost.append((column, cells[0]))
            }
            return lost
        }
    }
}
