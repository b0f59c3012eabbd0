extension ChangeBatch {
    /// Reads the wire form; no number in `bytes` is believed before it is checked.
    package init(decoding bytes: [UInt8]) throws(CodecError) {
        var reader = ByteReader(bytes)
        guard try reader.byte() == Self.version else { throw .invalid("version") }
        let stamps = try Self.readStamps(from: &reader)
        changes = []
        var lastTable = 0
        for _ in 0..<(try reader.count(minimumBytes: 2)) {
            let table = try reader.varint()
            guard table > lastTable, table <= UInt64(Limits.tables) else { throw .invalid("table") }
            lastTable = Int(table)
            changes += try Self.readRows(of: lastTable, stamps: stamps, from: &reader)
        }
        guard reader.isAtEnd else { throw .invalid("length") }
    }

    private static func readStamps(from reader: inout ByteReader) throws(CodecError) -> [Stamp] {
        var replicas: [ReplicaID] = []
        for _ in 0..<(try reader.count(minimumBytes: ReplicaID.byteCount)) {
            replicas.append(ReplicaID(checked: try reader.bytes(ReplicaID.byteCount)))
        }
        var stamps: [Stamp] = []
        var time: UInt64 = 0
        for _ in 0..<(try reader.count(minimumBytes: 2)) {
            let (next, overflow) = time.addingReportingOverflow(try reader.varint())
            let replica = try reader.varint()
            guard !overflow, next <= UInt64(Int64.max), replica < UInt64(replicas.count) else {
                throw .invalid("stamp")
            }
            time = next
            stamps.append(
                Stamp(time: HybridTimestamp(rawValue: time), replica: replicas[Int(replica)]))
        }
        return stamps
    }

    private static func readRows(
        of table: Int, stamps: [Stamp], from reader: inout ByteReader
    ) throws(CodecError) -> [RowChange] {
        // Key, life, beginning and column bits: at least 19 bytes a row.
        let count = try reader.count(minimumBytes: RowKey.byteCount + 3)
        var rows: [RowChange] = []
        rows.reserveCapacity(count)
        for _ in 0..<count {
            let key = RowKey(checked: try reader.bytes(RowKey.byteCount))
            rows.append(
                RowChange(table: table, key: key, life: 0, began: .zero, isWhole: false, cells: [:])
            )
        }
        for index in rows.indices {
            let life = try reader.varint()
            guard life > 0, life < UInt64(UInt32.max) else { throw .invalid("life") }
            rows[index].life = UInt32(life)
        }
        for index in rows.indices {
            let field = try reader.varint()
            rows[index].began = try stamp(at: field / 2, of: stamps)
            rows[index].isWhole = !field.isMultiple(of: 2)
        }
        try readCells(of: &rows, stamps: stamps, from: &reader)
        return rows
    }

    private static func readCells(
        of rows: inout [RowChange], stamps: [Stamp], from reader: inout ByteReader
    ) throws(CodecError) {
        var bitsByRow: [UInt64] = []
        for row in rows {
            let bits = try reader.varint()
            // Column ids run from 1; a deleted row has no cells.
            guard bits & 1 == 0, bits >> UInt64(Limits.columns + 1) == 0 else {
                throw .invalid("columns")
            }
            guard bits == 0 || !row.life.isMultiple(of: 2) else { throw .invalid("deleted row") }
            bitsByRow.append(bits)
        }
        let written = bitsByRow.reduce(0, |)
        for column in 1...Limits.columns where written & 1 << UInt64(column) != 0 {
            let having = rows.indices.filter { bitsByRow[$0] & 1 << UInt64(column) != 0 }
            let cells = try readColumn(
                begins: having.map { rows[$0].began }, stamps: stamps, from: &reader)
            for (index, cell) in zip(having, cells) { rows[index].cells[column] = cell }
        }
    }

    private static func readColumn(
        begins: [Stamp], stamps: [Stamp], from reader: inout ByteReader
    ) throws(CodecError) -> [RowChange.Cell] {
        var cells: [RowChange.Cell] = []
        for began in begins {
            let index = try reader.varint()
            let stamp = index == 0 ? began : try stamp(at: index - 1, of: stamps)
            cells.append(RowChange.Cell(stamp: stamp, value: .null))
        }
        var types: [UInt8] = []
        for _ in begins { types.append(try reader.byte()) }
        guard types.allSatisfy({ $0 <= 4 }) else { throw .invalid("type") }
        var previous: Int64 = 0
        for index in cells.indices where types[index] == 1 {
            previous &+= unzigzag(try reader.varint())
            cells[index].value = .integer(previous)
        }
        for index in cells.indices where types[index] == 2 {
            cells[index].value = .real(Double(bitPattern: try reader.bigEndian64()))
        }
        try readPayloads(of: &cells, types: types, from: &reader)
        return cells
    }

    private static func readPayloads(
        of cells: inout [RowChange.Cell], types: [UInt8], from reader: inout ByteReader
    ) throws(CodecError) {
        var lengths: [Int] = []
        for type in types where type >= 3 {
            let length = try reader.varint()
            guard length <= UInt64(Limits.rowBytes) else { throw .invalid("length") }
            lengths.append(Int(length))
        }
        var next = lengths.makeIterator()
        for index in cells.indices where types[index] >= 3 {
            let bytes = try reader.bytes(next.next() ?? 0)
            cells[index].value = types[index] == 3 ? .text(bytes) : .blob(bytes)
        }
    }

    private static func stamp(at index: UInt64, of stamps: [Stamp]) throws(CodecError) -> Stamp {
        guard index < UInt64(stamps.count) else { throw .invalid("stamp index") }
        return stamps[Int(index)]
    }

    private static func unzigzag(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
