/// Reads fields from untrusted bytes; every read is checked against what is left.
///
/// Borrows its bytes: it must not leave the closure that provides them.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Lends a reader over `bytes`.
    static func reading<Value>(
        _ bytes: [UInt8], _ body: (inout ByteReader) throws(CodecError) -> Value
    ) throws(CodecError) -> Value {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(CodecError) in
                var reader = ByteReader(buffer)
                return try body(&reader)
            }
        }
        return try result.get()
    }

    var isAtEnd: Bool { position == bytes.count }

    /// How many bytes are left.
    var remaining: Int { bytes.count - position }

    mutating func byte() throws(CodecError) -> UInt8 {
        guard position < bytes.count else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }

    /// The next `count` bytes, borrowed like the whole.
    mutating func slice(_ count: Int) throws(CodecError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= remaining else { throw .truncated }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    mutating func bytes(_ count: Int) throws(CodecError) -> [UInt8] {
        Array(try slice(count))
    }

    mutating func bigEndian64() throws(CodecError) -> UInt64 {
        UInt64(bigEndian: try slice(8).loadUnaligned(as: UInt64.self))
    }

    mutating func bigEndian32() throws(CodecError) -> UInt32 {
        UInt32(bigEndian: try slice(4).loadUnaligned(as: UInt32.self))
    }

    /// An unsigned LEB128 number of at most 64 bits.
    mutating func varint() throws(CodecError) -> UInt64 {
        if position < bytes.count, bytes[position] < 0x80 {
            defer { position += 1 }
            return UInt64(bytes[position])
        }
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

    /// A signed number in zigzag form.
    mutating func zigzag() throws(CodecError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A number below `bound`.
    mutating func index(below bound: Int, _ what: String) throws(CodecError) -> Int {
        let value = try varint()
        guard value < UInt64(bound) else { throw .invalid(what) }
        return Int(value)
    }

    /// A count of things that take at least `minimumBytes` each: never more than what is left
    /// holds.
    mutating func count(minimumBytes: Int = 1) throws(CodecError) -> Int {
        let count = try varint()
        guard count <= UInt64(remaining / max(minimumBytes, 1)) else { throw .truncated }
        return Int(count)
    }
}

/// Why bytes are not a batch of changes; nothing of them was used.
package enum CodecError: Error, Equatable, CustomStringConvertible {
    /// The bytes end inside a field.
    case truncated
    /// A field holds what the format does not allow.
    case invalid(String)

    /// What happened.
    package var description: String {
        switch self {
        case .truncated: "the bytes end too early"
        case .invalid(let field): "invalid \(field)"
        }
    }
}
