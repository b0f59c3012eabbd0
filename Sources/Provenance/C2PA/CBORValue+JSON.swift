import Foundation

extension CBORValue {
    /// Reads a JSON text as the same kinds of values; numbers become floats.
    ///
    /// - Throws: ``ManifestError`` where it is no JSON, or too deep.
    init(json bytes: ArraySlice<UInt8>) throws(ManifestError) {
        // The parser recurses: what is too deep is refused before it starts.
        var depth = 0
        for byte in bytes {
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
            if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
            guard depth <= Limits.itemDepth else { throw .tooDeep(limit: Limits.itemDepth) }
        }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
            throw .malformed("its JSON is damaged")
        }
        self = value.item
    }

    /// Any value of JSON.
    private struct JSONValue: Decodable {
        let item: CBORValue

        init(from decoder: any Decoder) throws {
            if let map = try? decoder.singleValueContainer().decode([String: JSONValue].self) {
                item = .map(map.map { Entry(key: .text($0.key), value: $0.value.item) })
            } else if let array = try? decoder.singleValueContainer().decode([JSONValue].self) {
                item = .array(array.map(\.item))
            } else if let text = try? decoder.singleValueContainer().decode(String.self) {
                item = .text(text)
            } else if let number = try? decoder.singleValueContainer().decode(Double.self) {
                item = .float(bits: number.bitPattern)
            } else {
                item = .simple(22)
            }
        }
    }
}
