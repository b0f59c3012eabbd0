/// Since when this store has known its columns.
///
/// A row that began while its table lacked a column holds no write to it, only what a migration put
/// there: it must lose against every write, or two replicas that were updated at different times
/// would take different values for the later one.
struct KnownColumns: Equatable {
    /// Rows that began without a column: those whose first stamp has a number in this range.
    struct Gap: Equatable {
        let column: ColumnID
        var after: StampNumber
        var through: StampNumber

        func contains(_ createdStamp: StampNumber) -> Bool {
            createdStamp > after && createdStamp <= through
        }
    }

    private struct Entry: Equatable {
        let table: TableID
        /// Of column 0, which stands for the table itself, and of counters it holds nothing.
        var gap: Gap
        /// Whether the program declares it now; if not, the gap has begun and not ended.
        var isDeclared = true
    }

    private var entries: [Entry] = []

    /// What ``bytes`` gave.
    init(_ bytes: [UInt8]) throws(CodecError) {
        entries = try ByteReader.reading(bytes) { (reader) throws(CodecError) in
            var entries: [Entry] = []
            while !reader.isAtEnd {
                let table = TableID(Int(clamping: try reader.varint()))
                let gap = Gap(
                    column: ColumnID(try reader.byte()),
                    after: StampNumber(Int64(clamping: try reader.varint())),
                    through: StampNumber(Int64(clamping: try reader.varint())))
                entries.append(
                    Entry(table: table, gap: gap, isDeclared: try reader.byte() != 0))
            }
            return entries
        }
    }

    /// Form: of each column the table's id, its own, both ends of the gap, and whether it is
    /// declared; ids and ends in LEB128.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        for entry in entries {
            writer.append(count: entry.table.rawValue)
            writer.append(byte: entry.gap.column.rawValue)
            writer.append(varint: UInt64(entry.gap.after.rawValue))
            writer.append(varint: UInt64(entry.gap.through.rawValue))
            writer.append(byte: entry.isDeclared ? 1 : 0)
        }
        return writer.bytes
    }

    /// The gaps that rows of a table may lie in.
    func gaps(in table: TableID) -> [Gap] {
        entries.filter { $0.table == table && $0.gap.after < $0.gap.through }.map(\.gap)
    }

    /// Notes which columns are declared from now on.
    ///
    /// - Parameter last: The number of the last stamp.
    mutating func declare(_ schema: SyncSchema, after last: StampNumber) {
        for table in schema.allTables {
            // The rows of a table that was not declared are dated when it is.
            let isNew = !entries.contains { $0.table == table.id }
            declare(.wholeRow, of: table.id, through: .zero)
            for column in table.columns {
                // A counter begins at 0 on every replica.
                let hasGap = !isNew && column.policy != .counter
                declare(column.id, of: table.id, through: hasGap ? last : .zero)
            }
        }
        for index in entries.indices where entries[index].isDeclared {
            let entry = entries[index]
            guard let table = schema.table(id: entry.table) else { continue }
            let column = table.columns.first { $0.id == entry.gap.column }
            if column == nil, entry.gap.column != .wholeRow {
                entries[index].gap.after = last
                entries[index].isDeclared = false
            }
        }
    }

    private mutating func declare(_ column: ColumnID, of table: TableID, through last: StampNumber)
    {
        let known = entries.firstIndex { $0.table == table && $0.gap.column == column }
        guard let known else {
            let gap = Gap(column: column, after: .zero, through: last)
            return entries.append(Entry(table: table, gap: gap))
        }
        guard !entries[known].isDeclared else { return }
        entries[known].gap.through = last
        entries[known].isDeclared = true
    }
}
