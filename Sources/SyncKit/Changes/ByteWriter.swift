/// Writes the fields that ``ByteReader`` reads.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []
    /// See ``EncodedBatch/sectionEnds``.
    private(set) var sectionEnds: [Int] = []

    var count: Int { bytes.count }

    mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    mutating func append(_ more: some Sequence<UInt8>) {
        bytes.append(contentsOf: more)
    }

    mutating func append(byte: UInt8) {
        bytes.append(byte)
    }

    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Unsigned LEB128.
    @inline(__always)
    mutating func append(varint value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    /// A signed number in zigzag form: small in both directions.
    @inline(__always)
    mutating func append(zigzag value: Int64) {
        append(varint: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    mutating func append(count: Int) {
        append(varint: UInt64(count))
    }

    /// What lies side by side ends here, and other things begin.
    mutating func endSection() {
        // A block has a head and a table of codes: a short one does not pay for them.
        guard bytes.count - (sectionEnds.last ?? 0) >= Self.leastSectionBytes else { return }
        sectionEnds.append(bytes.count)
    }

    private static let leastSectionBytes = 256

    /// Forgets what was written after the first `count` bytes.
    mutating func truncate(to count: Int) {
        bytes.removeLast(bytes.count - count)
    }

    /// Forgets what was written and keeps the memory.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        sectionEnds.removeAll(keepingCapacity: true)
    }
}
