import SignedObjects

/// What is wrong with a body of JSON: which member, and what is wanted there.
struct BodyFault: CustomStringConvertible {
    /// The text form, without a full stop.
    let description: String

    init(_ error: DecodingError) {
        let text: String
        switch error {
        case .keyNotFound(let key, let context):
            text = "\(Self.path(context.codingPath + [key])) is missing"
        case .valueNotFound(let type, let context):
            text = "\(Self.path(context.codingPath)) needs \(Self.name(of: type))"
        case .typeMismatch(let type, let context):
            text = "\(Self.path(context.codingPath)) needs \(Self.name(of: type))"
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            // Foundation's own words for it.
            let isNoJSON =
                context.underlyingError != nil
                || context.debugDescription.contains("not valid JSON")
            text = isNoJSON ? "it is not JSON" : Self.line(context.debugDescription)
        case .dataCorrupted(let context):
            text = "\(Self.path(context.codingPath)): \(Self.line(context.debugDescription))"
        @unknown default: text = "it cannot be read"
        }
        description = text
    }

    /// Such as `pictures[2].quality`, in the words of the body.
    private static func path(_ keys: [any CodingKey]) -> String {
        var path = ""
        for key in keys {
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + snake(key.stringValue)
            }
        }
        return path.isEmpty ? "it" : line(path)
    }

    private static func snake(_ name: String) -> String {
        name.map { $0.isUppercase ? "_\($0.lowercased())" : "\($0)" }.joined()
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is any FixedWidthInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is [Any].Type: "a list"
        default: "an object"
        }
    }

    /// One line without the full stop of a sentence; what somebody sent may stand in it.
    private static func line(_ text: String) -> String {
        let line = PrintableText.line(String(text.prefix(Limits.faultCharacters)))
        return line.hasSuffix(".") ? String(line.dropLast()) : line
    }
}
