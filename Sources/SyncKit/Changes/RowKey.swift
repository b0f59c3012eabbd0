/// The primary key of a synced row: 16 bytes that never change.
public struct RowKey: Hashable, Sendable, Comparable {
    /// 16.
    public static let byteCount = 16

    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The key of exactly ``byteCount`` bytes, else nil.
    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == Self.byteCount else { return nil }
        high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A new key that sorts by time: UUID version 7, RFC 9562.
    ///
    /// - Parameters:
    ///   - milliseconds: Since 1970 UTC.
    ///   - randomBytes: At least 10 random bytes.
    public init(milliseconds: UInt64, randomBytes: [UInt8]) {
        precondition(randomBytes.count >= 10, "a version 7 UUID takes 74 random bits")
        let first = UInt64(randomBytes[0]) << 8 | UInt64(randomBytes[1])
        let rest = randomBytes[2..<10].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        high = milliseconds << 16 | 0x7000 | (first & 0x0fff)
        low = (rest & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000
    }

    /// The value, ``byteCount`` bytes.
    public var bytes: [UInt8] {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
    }

    /// Orders as the bytes do.
    public static func < (left: Self, right: Self) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

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
