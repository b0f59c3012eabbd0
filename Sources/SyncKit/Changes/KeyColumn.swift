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

    /// Wire form: the first byte of every key, then the second of every key, and so on. Bytes of a
    /// time and of a version lie beside their like, and random ones by themselves.
    func write(to writer: inout ByteWriter) {
        for plane in 0..<RowKey.byteCount {
            for key in 0..<count { writer.append(byte: bytes[key * RowKey.byteCount + plane]) }
            writer.endSection()
        }
    }

    init(reading count: Int, from reader: inout ByteReader) throws(CodecError) {
        let (byteCount, isTooLarge) = count.multipliedReportingOverflow(by: RowKey.byteCount)
        guard !isTooLarge else { throw .truncated }
        let bytesByPlane = try reader.slice(byteCount)
        bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initialized in
            for key in 0..<count {
                for plane in 0..<RowKey.byteCount {
                    buffer[key * RowKey.byteCount + plane] = bytesByPlane[plane * count + key]
                }
            }
            initialized = byteCount
        }
    }
}

extension KeyColumn: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { count }
}
