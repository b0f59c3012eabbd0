/// Bytes being written, with integers of variable length.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }

    mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

    /// Seven bits a byte, the lowest first; the high bit says that more follow.
    mutating func append(varint number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A signed number, short where it is near zero.
    mutating func append(zigzag number: Int64) {
        append(varint: UInt64(bitPattern: number << 1) ^ UInt64(bitPattern: number >> 63))
    }

    /// Bytes with their length before them.
    mutating func append(block: [UInt8]) {
        append(varint: UInt64(block.count))
        append(block)
    }
}
