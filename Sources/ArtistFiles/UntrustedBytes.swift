/// Bytes of a stranger's file: reading beyond their end gives nil, never a crash.
package struct UntrustedBytes {
    /// The bytes; their first index may be any.
    package let bytes: ArraySlice<UInt8>

    /// All bytes of a file.
    package init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    private init(slice: ArraySlice<UInt8>) { bytes = slice }

    /// How many bytes there are.
    package var count: Int { bytes.count }

    /// Whether they begin with these.
    package func starts(with prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }

    /// Without the first bytes; empty if there are fewer.
    package func dropping(_ count: Int) -> UntrustedBytes {
        UntrustedBytes(slice: bytes.dropFirst(max(0, count)))
    }

    /// So many bytes from an offset; nil where they are not all there.
    package func part(at offset: Int, bytes length: Int) -> UntrustedBytes? {
        guard offset >= 0, length >= 0, offset <= count, length <= count - offset else {
            return nil
        }
        let start = bytes.startIndex + offset
        return UntrustedBytes(slice: bytes[start..<(start + length)])
    }

    /// An unsigned integer of at most seven bytes, big-endian unless `isLittle`.
    package func number(at offset: Int, bytes length: Int, isLittle: Bool = false) -> Int? {
        guard let run = part(at: offset, bytes: length)?.bytes else { return nil }
        return isLittle
            ? run.reversed().reduce(0) { $0 << 8 | Int($1) } : run.reduce(0) { $0 << 8 | Int($1) }
    }
}
