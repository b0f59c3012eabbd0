extension ChangeBatch {
    /// The wire form.
    package func encoded() -> [UInt8] { encodedInSections().bytes }

    /// The wire form, with where its sections end.
    package func encodedInSections() -> EncodedBatch {
        var writer = ByteWriter()
        writer.append(byte: Self.version)
        writer.append(byte: summary == nil ? 0 : 1)
        if let summary {
            writer.append(varint: UInt64(summary.cursor.rawValue))
            writer.appendBigEndian(summary.digest)
        }
        writeStamps(to: &writer)
        writer.append(count: tables.count)
        for table in tables { table.write(to: &writer) }
        return EncodedBatch(writer)
    }

    private func writeStamps(to writer: inout ByteWriter) {
        var replicas: [UInt64] = []
        var indexByReplica: [UInt64: Int] = [:]
        for stamp in stamps where indexByReplica[stamp.stamp.replica] == nil {
            indexByReplica[stamp.stamp.replica] = replicas.count
            replicas.append(stamp.stamp.replica)
        }
        writer.append(count: replicas.count)
        for replica in replicas { writer.appendBigEndian(replica) }
        writer.append(count: stamps.count)
        writeTimes(to: &writer)
        for stamp in stamps {
            writer.append(count: indexByReplica[stamp.stamp.replica] ?? 0)
        }
        var causalCursor: Int64 = 0
        for stamp in stamps {
            writer.append(zigzag: stamp.causalCursor.rawValue &- causalCursor)
            causalCursor = stamp.causalCursor.rawValue
        }
        var sequence: Int64 = 0
        for stamp in stamps {
            writer.append(zigzag: stamp.sequence.rawValue &- sequence)
            sequence = stamp.sequence.rawValue
        }
        writer.endSection()
    }

    /// Milliseconds and counters apart: most counters are what is expected after the stamp before.
    private func writeTimes(to writer: inout ByteWriter) {
        var milliseconds: UInt64 = 0
        for stamp in stamps {
            let time = stamp.stamp.time
            writer.append(zigzag: Int64(time.milliseconds) - Int64(milliseconds))
            milliseconds = time.milliseconds
        }
        writer.endSection()
        var previous: HybridTimestamp?
        for stamp in stamps {
            let time = stamp.stamp.time
            writer.append(zigzag: Int64(time.counter) - Self.expectedCounter(time, after: previous))
            previous = time
        }
        writer.endSection()
    }

    /// A clock counts on within one millisecond, and begins at 0 in a new one.
    static func expectedCounter(
        _ time: HybridTimestamp, after previous: HybridTimestamp?
    ) -> Int64 {
        guard let previous, previous.milliseconds == time.milliseconds else { return 0 }
        return Int64(previous.counter) + 1
    }
}

extension TableChanges {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.append(count: table.rawValue)
        rows.write(to: &writer)
        deletes.write(to: &writer)
        updates.write(to: &writer)
        writeCounts(to: &writer)
    }

    private func writeCounts(to writer: inout ByteWriter) {
        writer.append(count: counts.count)
        guard !counts.isEmpty else { return }
        var keys = KeyColumn()
        for count in counts { keys.append(count.key) }
        keys.write(to: &writer)
        for count in counts { writer.append(varint: UInt64(count.causalLength)) }
        for count in counts { writer.append(byte: count.column.rawValue) }
        Self.write(counts.map(\.stamp), to: &writer)
        var sources: [UInt64] = []
        var indexBySource: [UInt64: Int] = [:]
        for count in counts where indexBySource[count.source] == nil {
            indexBySource[count.source] = sources.count
            sources.append(count.source)
        }
        writer.append(count: sources.count)
        for source in sources { writer.appendBigEndian(source) }
        for count in counts { writer.append(count: indexBySource[count.source] ?? 0) }
        NumberList(counts.map(\.number)).write(to: &writer)
        for count in counts { writer.append(zigzag: count.total) }
    }

    /// Stamp indexes.
    static func write(_ stamps: [Int32], to writer: inout ByteWriter) {
        NumberList(stamps.map(Int64.init)).write(to: &writer)
    }

    static func write(_ causalLengths: [CausalLength], to writer: inout ByteWriter) {
        writer.append(count: causalLengths.count)
        var previous: Int32 = 0
        for causalLength in causalLengths {
            writer.append(count: Int(causalLength.row - previous))
            writer.append(varint: UInt64(causalLength.causalLength))
            previous = causalLength.row
        }
        writer.endSection()
    }
}

extension TableChanges.Rows {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.append(count: count)
        guard count > 0 else { return }
        keys.write(to: &writer)
        TableChanges.write(causalLengths, to: &writer)
        writeBeginnings(to: &writer)
        writer.endSection()
        writer.append(count: exceptions.count)
        var previous: Int32 = 0
        for exception in exceptions {
            writer.append(count: Int(exception.row - previous))
            previous = exception.row
        }
        writer.endSection()
        for exception in exceptions { writer.append(byte: exception.column.rawValue) }
        writer.endSection()
        TableChanges.write(exceptions.map(\.stamp), to: &writer)
        writer.append(count: columns.count)
        for column in columns {
            writer.append(byte: column.id.rawValue)
            column.cells.write(to: &writer)
        }
    }

    /// Rows of one transaction began together: (stamp difference, run length).
    private func writeBeginnings(to writer: inout ByteWriter) {
        var start = 0
        var previous: Int32 = 0
        while start < createdStamps.count {
            var end = start + 1
            while end < createdStamps.count, createdStamps[end] == createdStamps[start] { end += 1 }
            writer.append(zigzag: Int64(createdStamps[start] - previous))
            writer.append(count: end - start)
            previous = createdStamps[start]
            start = end
        }
    }
}

extension TableChanges.Deletes {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.append(count: count)
        keys.write(to: &writer)
        for causalLength in causalLengths { writer.append(varint: UInt64(causalLength)) }
        TableChanges.write(stamps, to: &writer)
    }
}

extension TableChanges.Updates {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.append(count: count)
        guard count > 0 else { return }
        keys.write(to: &writer)
        TableChanges.write(causalLengths, to: &writer)
        writer.append(count: columns.count)
        for column in columns {
            writer.append(byte: column.id.rawValue)
            writer.append(count: column.rows.count)
            var previous: Int32 = -1
            for row in column.rows {
                writer.append(count: Int(row - previous - 1))
                previous = row
            }
            writer.endSection()
            TableChanges.write(column.stamps, to: &writer)
            column.cells.write(to: &writer)
        }
    }
}

/// A batch in its wire form, and where in it things of one kind end.
package struct EncodedBatch: Sendable {
    /// The wire form.
    package let bytes: [UInt8]
    /// Rising offsets in ``bytes``. A compressor that begins a new block at each of them keeps
    /// random bytes, such as keys, from spoiling the codes of the texts beside them.
    package let sectionEnds: [Int]

    init(_ writer: ByteWriter) {
        bytes = writer.bytes
        sectionEnds = writer.sectionEnds
    }
}

/// About how many bits bytes take once an entropy coder without memory has seen them.
enum ByteCost {
    /// In 1/256 bits. Whole numbers alone, so that every machine chooses the same form.
    static func of(_ bytes: [UInt8]) -> Int {
        var counts = [Int](repeating: 0, count: 256)
        for byte in bytes { counts[Int(byte)] += 1 }
        let all = bytes.count * logarithm(bytes.count)
        return counts.reduce(all) { $0 - $1 * logarithm($1) }
    }

    /// What a byte costs that nobody could guess.
    static let ofAByte = 8 << 8

    /// To the base 2, in 1/256; between powers of 2 on a straight line.
    private static func logarithm(_ value: Int) -> Int {
        guard value > 0 else { return 0 }
        let whole = Int.bitWidth - 1 - value.leadingZeroBitCount
        return (whole << 8) + ((value << 8) >> whole) - 256
    }
}
