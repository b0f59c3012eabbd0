extension CellColumn {
    /// Wire form of the cells, whose number is known from outside:
    /// kinds as (kind, run length) · integers as a ``NumberList`` · reals, 8 bytes big-endian ·
    /// then, where there are texts or blobs, a form byte and
    /// form 0: lengths, bytes · form 1: one length for all, bytes ·
    /// form 2: dictionary as count, lengths and bytes, then an index a cell.
    func write(to writer: inout ByteWriter) {
        writeKinds(to: &writer)
        writer.endSection()
        var integers: [Int64] = []
        var payloads = 0
        for index in kinds.indices {
            switch kind(index) {
            case .integer: integers.append(numbers[index])
            case .text, .blob: payloads += 1
            case .null, .real: break
            }
        }
        NumberList(integers).write(to: &writer)
        for index in kinds.indices where kinds[index] == Kind.real.rawValue {
            writer.appendBigEndian(numbers[index])
        }
        writer.endSection()
        guard payloads > 0 else { return }
        if let dictionary = PayloadDictionary(self, payloads: payloads) {
            writer.append(byte: 2)
            dictionary.write(to: &writer)
        } else {
            writePayloads(to: &writer)
        }
        writer.endSection()
    }

    private func writeKinds(to writer: inout ByteWriter) {
        var start = 0
        while start < kinds.count {
            var end = start + 1
            while end < kinds.count, kinds[end] == kinds[start] { end += 1 }
            writer.append(byte: kinds[start])
            writer.append(count: end - start)
            start = end
        }
    }

    private func writePayloads(to writer: inout ByteWriter) {
        let isPayload = { (index: Int) in kinds[index] >= Kind.text.rawValue }
        let indices = kinds.indices.lazy.filter(isPayload)
        let first = indices.first.map { range($0).count } ?? 0
        if indices.allSatisfy({ range($0).count == first }) {
            writer.append(byte: 1)
            writer.append(count: first)
        } else {
            writer.append(byte: 0)
            for index in indices { writer.append(count: range(index).count) }
            writer.endSection()
        }
        // Cells that were appended one by one lie in order, without a gap.
        if indices.reduce(0, { $0 + range($1).count }) == bytes.count, isInOrder {
            writer.append(bytes)
        } else {
            for index in indices { writer.append(bytes[range(index)]) }
        }
    }

    private var isInOrder: Bool {
        var end = 0
        for index in kinds.indices where kinds[index] >= Kind.text.rawValue {
            guard range(index).lowerBound == end else { return false }
            end = range(index).upperBound
        }
        return true
    }

    /// Reads `count` cells; adds the bytes of texts and blobs to `expanded` and checks the sum.
    init(
        reading count: Int, from reader: inout ByteReader, expanded: inout Int
    ) throws(CodecError) {
        try readKinds(count, from: &reader)
        numbers = [Int64](repeating: 0, count: count)
        var integers = 0
        var payloads = 0
        for index in kinds.indices {
            switch kind(index) {
            case .integer: integers += 1
            case .text, .blob: payloads += 1
            case .null, .real: break
            }
        }
        if integers > 0 {
            var list = try NumberList(reading: integers, from: &reader).numbers[...]
            for index in kinds.indices where kinds[index] == Kind.integer.rawValue {
                numbers[index] = list.removeFirst()
            }
        }
        for index in kinds.indices where kinds[index] == Kind.real.rawValue {
            numbers[index] = Int64(bitPattern: try reader.bigEndian64())
        }
        guard payloads > 0 else { return }
        switch try reader.byte() {
        case 0: try readPayloads(payloads, from: &reader)
        case 1: try readEqualPayloads(payloads, from: &reader)
        case 2: try readDictionary(from: &reader)
        default: throw .invalid("form of texts")
        }
        for index in kinds.indices where kinds[index] >= Kind.text.rawValue {
            expanded += range(index).count
        }
        guard expanded <= Limits.expandedBytes else { throw .invalid("size of texts") }
    }

    private mutating func readKinds(
        _ count: Int, from reader: inout ByteReader
    ) throws(CodecError) {
        kinds.reserveCapacity(count)
        while kinds.count < count {
            let kind = try reader.byte()
            let length = try reader.varint()
            guard kind <= Kind.blob.rawValue, length > 0, length <= UInt64(count - kinds.count)
            else { throw .invalid("kind") }
            kinds.append(contentsOf: repeatElement(kind, count: Int(length)))
        }
    }

    private mutating func readPayloads(
        _ payloads: Int, from reader: inout ByteReader
    ) throws(CodecError) {
        guard payloads <= reader.remaining else { throw .truncated }
        var offset = 0
        for index in kinds.indices where kinds[index] >= Kind.text.rawValue {
            let length = try Self.length(from: &reader)
            numbers[index] = Int64(offset) << 32 | Int64(length)
            offset += length
        }
        bytes = try reader.bytes(offset)
    }

    private mutating func readEqualPayloads(
        _ payloads: Int, from reader: inout ByteReader
    ) throws(CodecError) {
        let length = try Self.length(from: &reader)
        var offset = 0
        for index in kinds.indices where kinds[index] >= Kind.text.rawValue {
            numbers[index] = Int64(offset) << 32 | Int64(length)
            offset += length
        }
        bytes = try reader.bytes(offset)
    }

    private mutating func readDictionary(from reader: inout ByteReader) throws(CodecError) {
        let entries = try reader.count()
        var spans: [Int64] = []
        var offset = 0
        for _ in 0..<entries {
            let length = try Self.length(from: &reader)
            spans.append(Int64(offset) << 32 | Int64(length))
            offset += length
        }
        bytes = try reader.bytes(offset)
        for index in kinds.indices where kinds[index] >= Kind.text.rawValue {
            numbers[index] = spans[try reader.index(below: entries, "dictionary index")]
        }
    }

    private static func length(from reader: inout ByteReader) throws(CodecError) -> Int {
        try reader.index(below: Limits.rowBytes + 1, "length")
    }
}

/// Texts and blobs that repeat, each once.
private struct PayloadDictionary {
    private var entries: [ArraySlice<UInt8>] = []
    private var indexes: [Int] = []

    /// A dictionary of `column`, or nil where it would not pay.
    init?(_ column: CellColumn, payloads: Int) {
        // A small sample recognizes columns of free text.
        guard payloads >= 16 else { return nil }
        var indexByEntry: [ArraySlice<UInt8>: Int] = [:]
        indexes.reserveCapacity(payloads)
        for index in column.kinds.indices
        where column.kinds[index] >= CellColumn.Kind.text.rawValue {
            let entry = column.bytes[column.range(index)]
            if let known = indexByEntry[entry] {
                indexes.append(known)
            } else {
                guard entries.count < 127, entries.count < 32 + indexes.count / 4 else {
                    return nil
                }
                indexByEntry[entry] = entries.count
                indexes.append(entries.count)
                entries.append(entry)
            }
        }
    }

    func write(to writer: inout ByteWriter) {
        writer.append(count: entries.count)
        for entry in entries { writer.append(count: entry.count) }
        for entry in entries { writer.append(entry) }
        writer.endSection()
        for index in indexes { writer.append(count: index) }
    }
}
