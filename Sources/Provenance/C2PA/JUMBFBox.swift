/// A box of the JPEG universal metadata box format, with the boxes in it.
///
/// - Note: ISO/IEC 19566-5 (2023).
package struct JUMBFBox: Sendable {
    /// What a box holds.
    package enum Content: Sendable {
        /// A superbox: its label, empty where it has none, and its boxes.
        case boxes(label: String, [JUMBFBox])
        /// The bytes of a content box.
        case bytes(ArraySlice<UInt8>)
    }

    /// The four characters of the type, such as `cbor`.
    package let type: String
    /// What it holds.
    package let content: Content

    /// Reads the boxes that take all of `bytes`.
    ///
    /// - Throws: ``ManifestError`` where a length lies, or boxes are too deep or too many.
    package static func all(in bytes: ArraySlice<UInt8>) throws(ManifestError) -> [JUMBFBox] {
        var boxesLeft = Limits.boxes
        return try all(in: bytes, depth: 0, &boxesLeft)
    }

    /// The label of a superbox; empty for a content box.
    package var label: String {
        if case .boxes(let label, _) = content { label } else { "" }
    }

    /// The boxes of a superbox; none for a content box.
    package var children: [JUMBFBox] {
        if case .boxes(_, let children) = content { children } else { [] }
    }

    /// The bytes of the first content box of a type in this superbox.
    package func bytes(_ type: String) -> ArraySlice<UInt8>? {
        for child in children where child.type == type {
            if case .bytes(let bytes) = child.content { return bytes }
        }
        return nil
    }

    private static func all(
        in bytes: ArraySlice<UInt8>, depth: Int, _ boxesLeft: inout Int
    ) throws(ManifestError) -> [JUMBFBox] {
        guard depth < Limits.boxDepth else { throw .tooDeep(limit: Limits.boxDepth) }
        var cursor = ByteCursor(bytes)
        var boxes: [JUMBFBox] = []
        while !cursor.isAtEnd {
            guard boxesLeft > 0 else { throw .tooMany("boxes", limit: Limits.boxes) }
            boxesLeft -= 1
            let (type, body) = try next(&cursor)
            guard type == "jumb" else {
                boxes.append(JUMBFBox(type: type, content: .bytes(body)))
                continue
            }
            var inner = ByteCursor(body)
            let (first, description) = try next(&inner)
            guard first == "jumd" else { throw .malformed("a box has no description") }
            let children = try all(in: inner.rest, depth: depth + 1, &boxesLeft)
            boxes.append(
                JUMBFBox(
                    type: type, content: .boxes(label: try label(of: description), children)))
        }
        return boxes
    }

    /// Reads one box's type and body.
    private static func next(
        _ cursor: inout ByteCursor
    ) throws(ManifestError) -> (type: String, body: ArraySlice<UInt8>) {
        guard let length = cursor.number(bytes: 4), let name = cursor.take(4) else {
            throw .malformed("a box is truncated")
        }
        let size: UInt64
        switch length {
        // To the end.
        case 0: size = UInt64(cursor.rest.count)
        case 1:
            guard let long = cursor.number(bytes: 8), long >= 16 else {
                throw .malformed("a box is truncated")
            }
            size = long - 16
        case 8...: size = length - 8
        default: throw .malformed("a box is shorter than its header")
        }
        guard let count = Int(exactly: size), let body = cursor.take(count) else {
            throw .malformed("a box is longer than what holds it")
        }
        return (String(decoding: name, as: UTF8.self), body)
    }

    /// The label of a description box: a UUID of 16 bytes, the toggles, then what they announce.
    private static func label(
        of description: ArraySlice<UInt8>
    ) throws(ManifestError) -> String {
        var cursor = ByteCursor(description)
        guard cursor.take(16) != nil, let toggles = cursor.number(bytes: 1) else {
            throw .malformed("a box's description is truncated")
        }
        guard toggles & 2 != 0 else { return "" }
        guard let label = cursor.textBeforeZero() else {
            throw .malformed("a box's label does not end")
        }
        return label
    }
}

/// Why a manifest or a packet cannot be read: whatever it says stays unknown.
package enum ManifestError: Error, Equatable, CustomStringConvertible {
    /// It breaks its format, for a reason that goes on after "its data cannot be read:".
    case malformed(String)
    /// Something is nested deeper than `limit`.
    case tooDeep(limit: Int)
    /// There are more of something than `limit`.
    case tooMany(String, limit: Int)
    /// It has more bytes than `limit`.
    case tooLarge(limit: Int)

    /// The reason, as the end of a sentence.
    package var description: String {
        switch self {
        case .malformed(let reason): reason
        case .tooDeep(let limit): "it is nested deeper than \(limit) levels"
        case .tooMany(let what, let limit): "it has more than \(limit) \(what)"
        case .tooLarge(let limit): "it is larger than \(limit) bytes"
        }
    }
}
