/// A position in bytes of a stranger's file: reading beyond their end gives nil, never a crash.
package struct ByteCursor {
    /// The bytes that were not read yet.
    package private(set) var rest: ArraySlice<UInt8>

    /// Begins at the first of `bytes`.
    package init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Whether everything was read.
    package var isAtEnd: Bool { rest.isEmpty }

    /// The next `count` bytes; nil, and nothing read, where there are fewer.
    package mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// The next unsigned integer of at most 8 bytes, big-endian unless `isLittle`; nil where
    /// there are fewer bytes.
    package mutating func number(bytes count: Int, isLittle: Bool = false) -> UInt64? {
        precondition((1...8).contains(count), "an integer has 1 to 8 bytes")
        guard let taken = take(count) else { return nil }
        return isLittle
            ? taken.reversed().reduce(0) { $0 << 8 | UInt64($1) }
            : taken.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The bytes before the next zero, which is read too; nil where there is none.
    package mutating func textBeforeZero() -> String? {
        guard let end = rest.firstIndex(of: 0) else { return nil }
        let text = rest[..<end]
        rest = rest[(end + 1)...]
        return String(validating: text, as: UTF8.self)
    }
}
