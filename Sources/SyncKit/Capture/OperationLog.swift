/// The operations of one transaction, packed: a few bytes each.
///
/// Form, numbers in LEB128, rows as zigzag differences to the one before:
/// 0, table · 1, first row, count: inserts · 2, row, 16 bytes of key: a delete ·
/// 3 + column id, row: an update · 64, 8 bytes: the source of the additions that follow ·
/// 65 + column id, 16 bytes of key, what was there, how much: an addition to a counter.
struct OperationLog {
    private var writer = ByteWriter()
    private var table: TableID = 0
    private var previousRow = SQLRowID(0)
    private var run: (first: SQLRowID, count: Int64) = (SQLRowID(0), 0)
    private var source: UInt64?

    /// The packed form.
    var bytes: [UInt8] {
        mutating get {
            closeRun()
            return writer.bytes
        }
    }

    var isEmpty: Bool { writer.bytes.isEmpty && run.count == 0 }

    /// Adds an operation on a row of `table`.
    @inline(__always)
    mutating func append(_ operation: Operation, in table: TableID) {
        if table != self.table {
            closeRun()
            writer.append(byte: 0)
            writer.append(count: table.rawValue)
            self.table = table
        }
        switch operation {
        case .insert(let first, let count):
            if run.count > 0, run.first.rawValue &+ run.count == first.rawValue {
                run.count += count
            } else {
                closeRun()
                run = (first, count)
            }
        case .update(let row, let column):
            closeRun()
            writer.append(byte: 3 + column.rawValue)
            append(row: row)
        case .delete(let row, let key):
            closeRun()
            writer.append(byte: 2)
            append(row: row)
            writer.appendBigEndian(key.high)
            writer.appendBigEndian(key.low)
        case .add(let key, let column, let old, let difference, let source):
            // It may stand before the row's insert: inserts side by side stay one entry.
            if source != self.source {
                writer.append(byte: Self.sourceCode)
                writer.appendBigEndian(source)
                self.source = source
            }
            writer.append(byte: Self.sourceCode + 1 + column.rawValue)
            writer.appendBigEndian(key.high)
            writer.appendBigEndian(key.low)
            writer.append(zigzag: old)
            writer.append(zigzag: difference)
        }
    }

    /// Above the code of an update of the last possible column.
    private static let sourceCode: UInt8 = 64

    /// A place in the log to go back to.
    struct Position {
        fileprivate let count: Int
        fileprivate let table: TableID
        fileprivate let previousRow: SQLRowID
        fileprivate let run: (first: SQLRowID, count: Int64)
        fileprivate let source: UInt64?
    }

    /// Where the log ends now.
    var position: Position {
        Position(
            count: writer.count, table: table, previousRow: previousRow, run: run, source: source)
    }

    /// Whether nothing came after `position`.
    func isAt(_ position: Position) -> Bool {
        writer.count == position.count && run == position.run
    }

    /// Forgets what came after `position`.
    mutating func truncate(to position: Position) {
        writer.truncate(to: position.count)
        (table, previousRow, run) = (position.table, position.previousRow, position.run)
        source = position.source
    }

    /// Forgets everything and keeps the memory.
    mutating func removeAll() {
        writer.removeAll()
        (table, previousRow, run) = (0, SQLRowID(0), (SQLRowID(0), 0))
        source = nil
    }

    private mutating func closeRun() {
        guard run.count > 0 else { return }
        writer.append(byte: 1)
        append(row: run.first)
        writer.append(varint: UInt64(run.count))
        run.count = 0
    }

    private mutating func append(row: SQLRowID) {
        writer.append(zigzag: row.rawValue &- previousRow.rawValue)
        previousRow = row
    }

    /// Reads the packed form back, in order.
    static func read(
        _ bytes: [UInt8], _ body: (_ table: TableID, _ operation: Operation) -> Void
    ) throws(CodecError) {
        try ByteReader.reading(bytes) { (reader) throws(CodecError) in
            var table: TableID = 0
            var row = SQLRowID(0)
            var source: UInt64 = 0
            while !reader.isAtEnd {
                switch try reader.byte() {
                case 0:
                    table = TableID(try reader.index(below: Limits.highestTableID + 1, "table"))
                case 1:
                    row = SQLRowID(row.rawValue &+ (try reader.zigzag()))
                    let count = Int64(clamping: try reader.varint())
                    body(table, .insert(first: row, count: count))
                case 2:
                    row = SQLRowID(row.rawValue &+ (try reader.zigzag()))
                    let key = RowKey(high: try reader.bigEndian64(), low: try reader.bigEndian64())
                    body(table, .delete(row: row, key: key))
                case sourceCode: source = try reader.bigEndian64()
                case let code where code > sourceCode:
                    let key = RowKey(high: try reader.bigEndian64(), low: try reader.bigEndian64())
                    let (old, difference) = (try reader.zigzag(), try reader.zigzag())
                    body(
                        table,
                        .add(
                            key: key, column: ColumnID(code - sourceCode - 1), from: old,
                            by: difference,
                            source: source))
                case let code:
                    row = SQLRowID(row.rawValue &+ (try reader.zigzag()))
                    body(table, .update(row: row, column: ColumnID(code - 3)))
                }
            }
        }
    }
}

/// What a transaction did to a row, by its row id.
///
/// Values are not logged: they are read from the table when they are sent.
enum Operation: Hashable {
    /// Rows that were inserted, with consecutive row ids.
    case insert(first: SQLRowID, count: Int64)
    /// A column, not a counter, that took another value.
    case update(row: SQLRowID, column: ColumnID)
    /// An addition to a counter that held `from`, by a source; wraps around like the column.
    case add(key: RowKey, column: ColumnID, from: Int64, by: Int64, source: UInt64)
    /// A row that was deleted.
    case delete(row: SQLRowID, key: RowKey)
}
