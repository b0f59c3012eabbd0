/// Row keys side by side.
package struct KeyColumn: Hashable, Sendable {
    private(set) var bytes: [UInt8] = []

    /// No keys.
    package init() {}

    /// How many keys.
    package var count: Int { bytes.count / RowKey.byteCount }

    /// The key at a place.
    package subscript(index: Int) -> RowKey {
        bytes.withUnsafeBytes { buffer in
            let start = index * RowKey.byteCount
            return RowKey(
                high: buffer.loadUnaligned(fromByteOffset: start, as: UInt64.self).bigEndian,
                low: buffer.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self).bigEndian)
        }
    }

    /// Adds a key.
    package mutating func append(_ key: RowKey) {
        withUnsafeBytes(of: (key.high.bigEndian, key.low.bigEndian)) {
            bytes.append(contentsOf: $0)
        }
    }

    init(reading count: Int, from reader: inout ByteReader) throws(CodecError) {
        bytes = try reader.bytes(count * RowKey.byteCount)
    }
}

extension KeyColumn: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { count }
}
