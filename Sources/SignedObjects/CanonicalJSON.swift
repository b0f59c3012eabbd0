public import Foundation

/// The one JSON form of what is signed and sent: sorted snake_case keys, no escaped slashes.
///
/// Property names hold no acronyms in capitals, so that the conversion is the same both ways.
public enum CanonicalJSON {
    /// Encodes a value in the one form.
    public static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return encoder
    }

    /// Decodes that form. Other spellings are read too, where nothing is signed; ``JWS`` refuses
    /// them.
    ///
    /// - Throws: `DecodingError` where the text is not a `Value`, or holds `null`: a member without
    ///   a value has one spelling, to be left out.
    public static func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, from json: Data
    ) throws -> Value {
        guard !holdsNull(json) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: [], debugDescription: "What has no value is left out."))
        }
        return try decoder.decode(type, from: json)
    }

    /// Decodes a text that is compared with the one form afterwards.
    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    /// Outside of strings JSON has the letter `n` in `null` alone.
    private static func holdsNull(_ json: Data) -> Bool {
        var (isInString, isEscaped) = (false, false)
        for byte in json {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if isInString {
                isEscaped = byte == UInt8(ascii: "\\")
            } else if byte == UInt8(ascii: "n") {
                return true
            }
        }
        return false
    }
}

/// The ranges of what servers and devices count.
///
/// They are far wider than what is ever reached, exact in every reader of JSON, and far enough from
/// overflow for sums of a few.
public enum NumberRange {
    /// Counts, serials and epochs.
    public static let count: ClosedRange<Int> = 0...9_007_199_254_740_991
    /// Sequences of an account's segments.
    public static let sequence: ClosedRange<Int64> = 0...9_007_199_254_740_991
    /// Wishes that may be negative and are then brought to 0.
    public static let wish: ClosedRange<Int> = -9_007_199_254_740_991...9_007_199_254_740_991
}

/// Numbers that somebody else wrote are bounded where they are read, so that no sum, product or
/// conversion of them can overflow later.
extension KeyedDecodingContainer {
    /// The number at `key`.
    ///
    /// - Throws: `DecodingError` where it is missing, no whole number or outside of `range`.
    public func decode<Number: FixedWidthInteger & Decodable>(
        _ key: Key, in range: ClosedRange<Number>
    ) throws -> Number {
        let number = try decode(Number.self, forKey: key)
        guard range.contains(number) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self,
                debugDescription: "a number outside \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The number at `key`; nil where there is none.
    ///
    /// - Throws: `DecodingError` where it is no whole number or outside of `range`.
    public func decodeIfPresent<Number: FixedWidthInteger & Decodable>(
        _ key: Key, in range: ClosedRange<Number>
    ) throws -> Number? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try decode(key, in: range)
    }
}

extension Int {
    /// The whole number nearest to `value`; 0 for what is no number, the last one on the side where
    /// it does not fit.
    public init(rounding value: Double) {
        let whole = value.rounded()
        if let exact = Int(exactly: whole) {
            self = exact
        } else if whole.isNaN {
            self = 0
        } else {
            self = whole < 0 ? .min : .max
        }
    }
}
