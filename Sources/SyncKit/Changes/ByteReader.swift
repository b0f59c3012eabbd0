/// Reads fields from untrusted bytes; every read is checked against what is left.
struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Collection<UInt8>) {
        rest = ArraySlice(bytes)
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() throws(CodecError) -> UInt8 {
        guard let byte = rest.popFirst() else { throw .truncated }
        return byte
    }

    mutating func bytes(_ count: Int) throws(CodecError) -> [UInt8] {
        guard count >= 0, count <= rest.count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func bigEndian64() throws(CodecError) -> UInt64 {
        try bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func bigEndian32() throws(CodecError) -> UInt32 {
        try bytes(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// An unsigned LEB128 number of at most 64 bits.
    mutating func varint() throws(CodecError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let byte = try byte()
            let bits = UInt64(byte & 0x7f)
            guard shift < 63 || bits <= 1 else { throw .invalid("number") }
            value |= bits << shift
            if byte < 0x80 { return value }
        }
        throw .invalid("number")
    }

    /// A count of things that take at least `minimumBytes` each: never more than what is left
    /// holds.
    mutating func count(minimumBytes: Int = 1) throws(CodecError) -> Int {
        let count = try varint()
        guard count <= UInt64(rest.count / max(minimumBytes, 1)) else { throw .truncated }
        return Int(count)
    }
}
