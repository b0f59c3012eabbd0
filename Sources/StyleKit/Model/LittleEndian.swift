/// Appends little-endian unsigned integers and byte strings.
struct LittleEndianWriter {
    var bytes: [UInt8] = []

    mutating func append(_ value: Int, bytes count: Int) {
        for shift in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (shift * 8))) }
    }

    mutating func append(_ run: [UInt8]) { bytes.append(contentsOf: run) }
}

/// Reads little-endian unsigned integers and byte strings; the end of the bytes is an error, never
/// a crash.
struct LittleEndianReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func number(bytes count: Int) throws(StyleError) -> Int {
        try bytes(count).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func number(
        bytes count: Int, in range: ClosedRange<Int>, _ name: String
    ) throws(StyleError) -> Int {
        let value = try number(bytes: count)
        guard range.contains(value) else {
            throw .damagedModel(reason: "\(name) is \(value), outside \(range)")
        }
        return value
    }

    mutating func bytes(_ count: Int) throws(StyleError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.endIndex - position else {
            throw .damagedModel(reason: "it is truncated")
        }
        defer { position += count }
        return bytes[position..<(position + count)]
    }
}
