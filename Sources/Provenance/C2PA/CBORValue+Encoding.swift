extension CBORValue {
    /// A map with text keys, in this order.
    static func object(_ entries: KeyValuePairs<String, CBORValue>) -> CBORValue {
        .map(entries.map { Entry(key: .text($0.key), value: $0.value) })
    }

    /// The item with lengths in their shortest form; entries keep their order, and a float takes
    /// 8 bytes.
    ///
    /// - Note: RFC 8949, 4.2.1, without the sorting of keys.
    package var encoded: [UInt8] {
        var output: [UInt8] = []
        encode(into: &output)
        return output
    }

    private func encode(into output: inout [UInt8]) {
        switch self {
        case .unsigned(let number): Self.head(0, number, &output)
        case .negative(let argument): Self.head(1, argument, &output)
        case .bytes(let bytes):
            Self.head(2, UInt64(bytes.count), &output)
            output += bytes
        case .text(let text):
            Self.head(3, UInt64(text.utf8.count), &output)
            output += text.utf8
        case .array(let items):
            Self.head(4, UInt64(items.count), &output)
            for item in items { item.encode(into: &output) }
        case .map(let entries):
            Self.head(5, UInt64(entries.count), &output)
            for entry in entries {
                entry.key.encode(into: &output)
                entry.value.encode(into: &output)
            }
        case .tagged(let tag, let item):
            Self.head(6, tag, &output)
            item.encode(into: &output)
        case .float(let bits):
            output.append(0xFB)
            output += BigEndian.bytes(bits)
        case .simple(let value):
            output += value < 24 ? [0xE0 | value] : [0xF8, value]
        }
    }

    /// The major type and its argument.
    private static func head(_ major: UInt8, _ argument: UInt64, _ output: inout [UInt8]) {
        let type = major << 5
        if argument < 24 {
            output.append(type | UInt8(truncatingIfNeeded: argument))
        } else if let byte = UInt8(exactly: argument) {
            output += [type | 24, byte]
        } else if let short = UInt16(exactly: argument) {
            output.append(type | 25)
            output += BigEndian.bytes(short)
        } else if let word = UInt32(exactly: argument) {
            output.append(type | 26)
            output += BigEndian.bytes(word)
        } else {
            output.append(type | 27)
            output += BigEndian.bytes(argument)
        }
    }
}

/// Numbers in network order, as every format here writes them.
enum BigEndian {
    static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian, Array.init)
    }
}
