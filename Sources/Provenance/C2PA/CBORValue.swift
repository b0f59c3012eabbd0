/// One data item of CBOR, as far as foreign manifests need it.
///
/// - Note: RFC 8949. Any well-formed encoding is read, not only the preferred one.
package indirect enum CBORValue: Equatable, Sendable {
    /// 0 or more.
    case unsigned(UInt64)
    /// `-1 - argument`.
    case negative(UInt64)
    /// A byte string.
    case bytes([UInt8])
    /// A text string.
    case text(String)
    /// An array.
    case array([CBORValue])
    /// The entries in their order; a hostile map may hold a key twice.
    case map([Entry])
    /// A tagged item.
    case tagged(UInt64, CBORValue)
    /// A float, by its bits as they were encoded.
    case float(bits: UInt64)
    /// A simple value: 20 false, 21 true, 22 null, 23 undefined.
    case simple(UInt8)

    /// One entry of a map.
    package struct Entry: Equatable, Sendable {
        /// The key.
        package let key: CBORValue
        /// Its value.
        package let value: CBORValue
    }

    /// Reads one item that takes all of `bytes`.
    ///
    /// - Throws: ``ManifestError`` where it is not well-formed, too deep or too large.
    package init(reading bytes: ArraySlice<UInt8>) throws(ManifestError) {
        var reader = CBORReader(bytes)
        self = try reader.item(depth: 0)
        guard reader.isAtEnd else { throw .malformed("bytes follow a CBOR item") }
    }

    /// Reads items that follow one another to the end of `bytes`.
    ///
    /// - Note: RFC 8742.
    /// - Throws: ``ManifestError`` where one is not well-formed, too deep or too large.
    package static func sequence(
        _ bytes: ArraySlice<UInt8>
    ) throws(ManifestError) -> [CBORValue] {
        var reader = CBORReader(bytes)
        var items: [CBORValue] = []
        while !reader.isAtEnd { items.append(try reader.item(depth: 0)) }
        return items
    }

    /// The text of a text string, else nil.
    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The entries of a map, else none; tags are looked through.
    package var entries: [Entry] {
        switch self {
        case .map(let entries): entries
        case .tagged(_, let value): value.entries
        default: []
        }
    }

    /// Every value of a key, in order.
    package func values(_ key: String) -> [CBORValue] {
        entries.filter { $0.key == .text(key) }.map(\.value)
    }
}

/// Reads items from a stranger's bytes: every length is compared with what is there before
/// anything is allocated for it.
private struct CBORReader {
    private var cursor: ByteCursor
    private var itemsLeft = Limits.items

    init(_ bytes: ArraySlice<UInt8>) { cursor = ByteCursor(bytes) }

    var isAtEnd: Bool { cursor.isAtEnd }

    mutating func item(depth: Int) throws(ManifestError) -> CBORValue {
        guard depth < Limits.itemDepth else { throw .tooDeep(limit: Limits.itemDepth) }
        guard itemsLeft > 0 else { throw .tooMany("CBOR items", limit: Limits.items) }
        itemsLeft -= 1
        guard let first = cursor.number(bytes: 1) else { throw .malformed("CBOR is truncated") }
        let (major, low) = (first >> 5, first & 31)
        if low == 31 { return try indefinite(major, depth: depth) }
        let argument = try argument(low)
        switch major {
        case 0: return .unsigned(argument)
        case 1: return .negative(argument)
        case 2: return .bytes(Array(try run(argument)))
        case 3: return .text(try text(try run(argument)))
        case 4:
            var items: [CBORValue] = []
            for _ in 0..<(try count(argument)) { items.append(try item(depth: depth + 1)) }
            return .array(items)
        case 5:
            var entries: [CBORValue.Entry] = []
            for _ in 0..<(try count(argument)) { entries.append(try entry(depth: depth + 1)) }
            return .map(entries)
        case 6: return .tagged(argument, try item(depth: depth + 1))
        default:
            return low < 25
                ? .simple(UInt8(truncatingIfNeeded: argument)) : .float(bits: argument)
        }
    }

    private mutating func argument(_ low: UInt64) throws(ManifestError) -> UInt64 {
        if low < 24 { return low }
        guard low < 28 else { throw .malformed("a CBOR length is reserved") }
        guard let number = cursor.number(bytes: 1 << Int(low - 24)) else {
            throw .malformed("CBOR is truncated")
        }
        return number
    }

    private mutating func run(_ length: UInt64) throws(ManifestError) -> ArraySlice<UInt8> {
        guard let length = Int(exactly: length), let bytes = cursor.take(length) else {
            throw .malformed("a CBOR string is longer than what is there")
        }
        return bytes
    }

    /// Each item takes a byte at least: a larger count is a lie.
    private func count(_ argument: UInt64) throws(ManifestError) -> Int {
        guard argument <= UInt64(cursor.rest.count) else {
            throw .malformed("a CBOR array is longer than what is there")
        }
        return Int(clamping: argument)
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(ManifestError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("a CBOR text is not UTF-8")
        }
        return text
    }

    private mutating func entry(depth: Int) throws(ManifestError) -> CBORValue.Entry {
        let key = try item(depth: depth)
        return CBORValue.Entry(key: key, value: try item(depth: depth))
    }

    /// Whether the next byte is the break that ends an item of indefinite length; reads it.
    private mutating func takesBreak() -> Bool {
        guard cursor.rest.first == 0xFF else { return false }
        _ = cursor.take(1)
        return true
    }

    private mutating func indefinite(
        _ major: UInt64, depth: Int
    ) throws(ManifestError) -> CBORValue {
        switch major {
        case 2, 3:
            var bytes: [UInt8] = []
            while !takesBreak() {
                // Chunks are definite strings of the same kind.
                switch (major, try item(depth: depth + 1)) {
                case (2, .bytes(let chunk)): bytes += chunk
                case (3, .text(let chunk)): bytes += Array(chunk.utf8)
                default: throw .malformed("a CBOR string has a foreign chunk")
                }
            }
            return major == 2 ? .bytes(bytes) : .text(try text(bytes[...]))
        case 4:
            var items: [CBORValue] = []
            while !takesBreak() { items.append(try item(depth: depth + 1)) }
            return .array(items)
        case 5:
            var entries: [CBORValue.Entry] = []
            while !takesBreak() { entries.append(try entry(depth: depth + 1)) }
            return .map(entries)
        default: throw .malformed("a CBOR break ends nothing")
        }
    }
}
