extension ChangeBatch {
    /// Reads the wire form; no number in `bytes` is believed before it is checked.
    package init(decoding bytes: [UInt8]) throws(CodecError) {
        self = try ByteReader.reading(bytes) { (reader) throws(CodecError) in
            guard try reader.byte() == Self.version else { throw .invalid("version") }
            var batch = ChangeBatch()
            batch.summary = try Self.readSummary(from: &reader)
            batch.stamps = try Self.readStamps(from: &reader)
            var expanded = 0
            for _ in 0..<(try reader.count(minimumBytes: 5)) {
                let id = TableID(try reader.index(below: Limits.highestTableID + 1, "table"))
                guard id > batch.tables.last?.table ?? 0 else { throw .invalid("table") }
                batch.tables.append(
                    try TableChanges(
                        reading: id, stamps: batch.stamps.count, from: &reader,
                        expanded: &expanded))
            }
            guard reader.isAtEnd else { throw .invalid("length") }
            return batch
        }
    }

    private static func readSummary(
        from reader: inout ByteReader
    ) throws(CodecError) -> Summary? {
        switch try reader.byte() {
        case 0: return nil
        case 1:
            let cursor = ServerSequence(Int64(clamping: try reader.varint()))
            return Summary(cursor: cursor, digest: try reader.bigEndian64())
        default: throw .invalid("summary")
        }
    }

    private static func readStamps(
        from reader: inout ByteReader
    ) throws(CodecError) -> [DatedStamp] {
        var replicas: [UInt64] = []
        for _ in 0..<(try reader.count(minimumBytes: 8)) {
            replicas.append(try reader.bigEndian64())
        }
        let count = try reader.count(minimumBytes: 4)
        var stamps: [DatedStamp] = []
        stamps.reserveCapacity(count)
        for time in try readTimes(count, from: &reader) {
            let replica = try reader.index(below: replicas.count, "replica")
            stamps.append(
                DatedStamp(
                    stamp: Stamp(time: time, replica: replicas[replica]), causalCursor: .none))
        }
        var causalCursor: Int64 = 0
        for index in stamps.indices {
            causalCursor &+= try reader.zigzag()
            guard causalCursor >= 0 else { throw .invalid("causal cursor") }
            stamps[index].causalCursor = ServerSequence(causalCursor)
        }
        var sequence: Int64 = 0
        for index in stamps.indices {
            sequence &+= try reader.zigzag()
            guard sequence >= 0 else { throw .invalid("sequence") }
            stamps[index].sequence = ServerSequence(sequence)
        }
        return stamps
    }

    private static func readTimes(
        _ count: Int, from reader: inout ByteReader
    ) throws(CodecError) -> [HybridTimestamp] {
        var times: [HybridTimestamp] = []
        times.reserveCapacity(count)
        var milliseconds: Int64 = 0
        for _ in 0..<count {
            milliseconds &+= try reader.zigzag()
            guard 0..<(1 << 47) ~= milliseconds else { throw .invalid("time") }
            times.append(HybridTimestamp(milliseconds: UInt64(milliseconds), counter: 0))
        }
        var previous: HybridTimestamp?
        for index in times.indices {
            let counter = expectedCounter(times[index], after: previous) &+ (try reader.zigzag())
            guard let counter = UInt16(exactly: counter) else { throw .invalid("time") }
            times[index] = HybridTimestamp(
                milliseconds: times[index].milliseconds, counter: counter)
            previous = times[index]
        }
        return times
    }
}

extension TableChanges {
    fileprivate init(
        reading table: TableID, stamps: Int, from reader: inout ByteReader, expanded: inout Int
    ) throws(CodecError) {
        self.table = table
        rows = try Rows(reading: &reader, stamps: stamps, expanded: &expanded)
        deletes = try Deletes(reading: &reader, stamps: stamps)
        updates = try Updates(reading: &reader, stamps: stamps, expanded: &expanded)
        counts = try Self.readCounts(from: &reader, stamps: stamps)
    }

    private static func readCounts(
        from reader: inout ByteReader, stamps: Int
    ) throws(CodecError) -> [Count] {
        let count = try reader.count(minimumBytes: RowKey.byteCount + 4)
        guard count > 0 else { return [] }
        let keys = try KeyColumn(reading: count, from: &reader)
        var counts: [Count] = []
        counts.reserveCapacity(count)
        for index in 0..<count {
            let causalLength = try causalLength(from: &reader)
            guard !causalLength.isMultiple(of: 2) else { throw .invalid("causal_length") }
            counts.append(
                Count(
                    key: keys[index], causalLength: causalLength, column: 0, stamp: 0, source: 0,
                    number: 0,
                    total: 0))
        }
        for index in counts.indices { counts[index].column = try column(from: &reader) }
        let indexes = try readStamps(count, of: stamps, from: &reader)
        for index in counts.indices { counts[index].stamp = indexes[index] }
        try readSources(of: &counts, from: &reader)
        for index in counts.indices { counts[index].total = try reader.zigzag() }
        return counts
    }

    private static func readSources(
        of counts: inout [Count], from reader: inout ByteReader
    ) throws(CodecError) {
        var sources: [UInt64] = []
        for _ in 0..<(try reader.count(minimumBytes: 8)) {
            sources.append(try reader.bigEndian64())
        }
        for index in counts.indices {
            counts[index].source = sources[try reader.index(below: sources.count, "source")]
        }
        let numbers = try NumberList(reading: counts.count, from: &reader).numbers
        for index in counts.indices {
            guard numbers[index] >= 0 else { throw .invalid("number") }
            counts[index].number = numbers[index]
        }
    }

    fileprivate static func causalLength(from reader: inout ByteReader) throws(CodecError) -> UInt32
    {
        let causalLength = try reader.index(below: Int(Int32.max), "causal_length")
        guard causalLength > 0 else { throw .invalid("causal_length") }
        return UInt32(causalLength)
    }

    fileprivate static func column(from reader: inout ByteReader) throws(CodecError) -> ColumnID {
        let column = try reader.byte()
        guard column > 0, column <= Limits.columns else { throw .invalid("column") }
        return ColumnID(column)
    }

    fileprivate static func readStamps(
        _ count: Int, of stamps: Int, from reader: inout ByteReader
    ) throws(CodecError) -> [Int32] {
        var indexes: [Int32] = []
        indexes.reserveCapacity(min(count, reader.remaining))
        for index in try NumberList(reading: count, from: &reader).numbers {
            guard index >= 0, index < stamps else { throw .invalid("stamp index") }
            indexes.append(Int32(index))
        }
        return indexes
    }

    fileprivate static func readCausalLengths(
        rows: Int, from reader: inout ByteReader
    ) throws(CodecError) -> [CausalLength] {
        var causalLengths: [CausalLength] = []
        var row = 0
        for index in 0..<(try reader.count(minimumBytes: 2)) {
            let step = try reader.index(below: rows, "row")
            guard index == 0 || step > 0 else { throw .invalid("row") }
            row += step
            let causalLength = try causalLength(from: &reader)
            guard row < rows, !causalLength.isMultiple(of: 2) else {
                throw .invalid("causal_length")
            }
            causalLengths.append(CausalLength(row: Int32(row), causalLength: causalLength))
        }
        return causalLengths
    }
}

extension TableChanges.Rows {
    fileprivate init(
        reading reader: inout ByteReader, stamps: Int, expanded: inout Int
    ) throws(CodecError) {
        let count = try reader.count(minimumBytes: RowKey.byteCount)
        guard count > 0 else { return }
        keys = try KeyColumn(reading: count, from: &reader)
        causalLengths = try TableChanges.readCausalLengths(rows: count, from: &reader)
        try readBeginnings(count, stamps: stamps, from: &reader)
        try readExceptions(stamps: stamps, from: &reader)
        for _ in 0..<(try reader.count()) {
            let id = try TableChanges.column(from: &reader)
            guard id > columns.last?.id ?? 0 else { throw .invalid("column") }
            guard (columns.count + 1) * count <= Limits.batchCells else {
                throw .invalid("number of cells")
            }
            columns.append(
                TableChanges.Column(
                    id: id,
                    cells: try CellColumn(reading: count, from: &reader, expanded: &expanded)))
        }
    }

    private mutating func readBeginnings(
        _ count: Int, stamps: Int, from reader: inout ByteReader
    ) throws(CodecError) {
        createdStamps.reserveCapacity(count)
        var stamp: Int64 = 0
        while createdStamps.count < count {
            stamp &+= try reader.zigzag()
            let length = try reader.varint()
            guard
                stamp >= 0, stamp < stamps, length > 0,
                length <= UInt64(count - createdStamps.count)
            else { throw .invalid("beginning") }
            createdStamps.append(contentsOf: repeatElement(Int32(stamp), count: Int(length)))
        }
    }

    private mutating func readExceptions(
        stamps: Int, from reader: inout ByteReader
    ) throws(CodecError) {
        let number = try reader.count(minimumBytes: 3)
        exceptions.reserveCapacity(number)
        var row = 0
        for _ in 0..<number {
            row += try reader.index(below: count, "row")
            guard row < count else { throw .invalid("row") }
            exceptions.append(TableChanges.Exception(row: Int32(row), column: 0, stamp: 0))
        }
        for index in exceptions.indices {
            let column = try TableChanges.column(from: &reader)
            if index > 0, exceptions[index - 1].row == exceptions[index].row {
                guard exceptions[index - 1].column < column else { throw .invalid("column") }
            }
            exceptions[index].column = column
        }
        let indexes = try TableChanges.readStamps(number, of: stamps, from: &reader)
        for index in exceptions.indices { exceptions[index].stamp = indexes[index] }
    }
}

extension TableChanges.Deletes {
    fileprivate init(reading reader: inout ByteReader, stamps: Int) throws(CodecError) {
        let count = try reader.count(minimumBytes: RowKey.byteCount + 2)
        keys = try KeyColumn(reading: count, from: &reader)
        for _ in 0..<count {
            let causalLength = try TableChanges.causalLength(from: &reader)
            guard causalLength.isMultiple(of: 2) else { throw .invalid("causal_length") }
            causalLengths.append(causalLength)
        }
        self.stamps = try TableChanges.readStamps(count, of: stamps, from: &reader)
    }
}

extension TableChanges.Updates {
    fileprivate init(
        reading reader: inout ByteReader, stamps: Int, expanded: inout Int
    ) throws(CodecError) {
        let count = try reader.count(minimumBytes: RowKey.byteCount)
        guard count > 0 else { return }
        keys = try KeyColumn(reading: count, from: &reader)
        causalLengths = try TableChanges.readCausalLengths(rows: count, from: &reader)
        for _ in 0..<(try reader.count()) {
            let id = try TableChanges.column(from: &reader)
            guard id > columns.last?.id ?? 0 else { throw .invalid("column") }
            columns.append(
                try TableChanges.UpdatedColumn(
                    reading: id, of: count, stamps: stamps, from: &reader, expanded: &expanded))
        }
    }
}

extension TableChanges.UpdatedColumn {
    fileprivate init(
        reading id: ColumnID, of count: Int, stamps: Int, from reader: inout ByteReader,
        expanded: inout Int
    ) throws(CodecError) {
        self.id = id
        let cells = try reader.count(minimumBytes: 2)
        guard cells <= count else { throw .invalid("row") }
        rows.reserveCapacity(cells)
        var row = -1
        for _ in 0..<cells {
            row += 1 + (try reader.index(below: count, "row"))
            guard row < count else { throw .invalid("row") }
            rows.append(Int32(row))
        }
        self.stamps = try TableChanges.readStamps(cells, of: stamps, from: &reader)
        self.cells = try CellColumn(reading: cells, from: &reader, expanded: &expanded)
    }
}
