extension ChangeBatch {
    /// The wire form.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.append(byte: Self.version)
        let stamps = StampDictionary(changes)
        stamps.write(to: &writer)
        let changesByTable = Dictionary(grouping: changes, by: \.table)
        writer.append(count: changesByTable.count)
        for (table, rows) in changesByTable.sorted(by: { $0.key < $1.key }) {
            writer.append(count: table)
            Self.write(rows, stamps: stamps, to: &writer)
        }
        return writer.bytes
    }

    private static func write(
        _ rows: [RowChange], stamps: StampDictionary, to writer: inout ByteWriter
    ) {
        writer.append(count: rows.count)
        for row in rows { writer.append(row.key.bytes) }
        for row in rows { writer.append(varint: UInt64(row.life)) }
        for row in rows {
            writer.append(count: stamps.index(of: row.began) * 2 + (row.isWhole ? 1 : 0))
        }
        var written: UInt64 = 0
        for row in rows {
            let bits = row.cells.keys.reduce(into: UInt64(0)) { $0 |= 1 << UInt64($1) }
            writer.append(varint: bits)
            written |= bits
        }
        for column in 0..<64 where written & 1 << UInt64(column) != 0 {
            write(column: column, of: rows, stamps: stamps, to: &writer)
        }
    }

    private static func write(
        column: Int, of rows: [RowChange], stamps: StampDictionary, to writer: inout ByteWriter
    ) {
        let values = rows.compactMap { $0.cells[column]?.value }
        for row in rows {
            guard let stamp = row.cells[column]?.stamp else { continue }
            writer.append(count: stamp == row.began ? 0 : stamps.index(of: stamp) + 1)
        }
        for value in values { writer.append(byte: value.typeCode) }
        var previous: Int64 = 0
        for case .integer(let value) in values {
            writer.append(varint: zigzag(value &- previous))
            previous = value
        }
        for case .real(let value) in values { writer.appendBigEndian(value.bitPattern) }
        for value in values {
            if let bytes = value.payload { writer.append(count: bytes.count) }
        }
        for value in values {
            if let bytes = value.payload { writer.append(bytes) }
        }
    }

    private static func zigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }
}

/// Every stamp of a batch once, in rising order.
private struct StampDictionary {
    private let stamps: [Stamp]
    private let replicas: [ReplicaID]
    private let indexByStamp: [Stamp: Int]

    init(_ changes: [RowChange]) {
        var seen: Set<Stamp> = []
        for change in changes {
            seen.insert(change.began)
            for cell in change.cells.values { seen.insert(cell.stamp) }
        }
        stamps = seen.sorted()
        replicas = Set(stamps.map(\.replica)).sorted()
        indexByStamp = Dictionary(uniqueKeysWithValues: zip(stamps, stamps.indices))
    }

    func index(of stamp: Stamp) -> Int {
        guard let index = indexByStamp[stamp] else {
            preconditionFailure("every stamp of the batch is in its dictionary")
        }
        return index
    }

    func write(to writer: inout ByteWriter) {
        writer.append(count: replicas.count)
        for replica in replicas { writer.append(replica.bytes) }
        let indexByReplica = Dictionary(uniqueKeysWithValues: zip(replicas, replicas.indices))
        writer.append(count: stamps.count)
        var previous: UInt64 = 0
        for stamp in stamps {
            writer.append(varint: stamp.time.rawValue - previous)
            writer.append(count: indexByReplica[stamp.replica] ?? 0)
            previous = stamp.time.rawValue
        }
    }
}

extension SQLValue {
    /// The type byte on the wire.
    fileprivate var typeCode: UInt8 {
        switch self {
        case .null: 0
        case .integer: 1
        case .real: 2
        case .text: 3
        case .blob: 4
        }
    }

    /// The bytes of a text or blob.
    fileprivate var payload: [UInt8]? {
        switch self {
        case .text(let bytes), .blob(let bytes): bytes
        case .null, .integer, .real: nil
        }
    }
}
